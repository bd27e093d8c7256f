/** The platforms of an index, of which one is looked at; what attests to them stands apart. */
import { Link } from "@tanstack/react-router";
import { classes } from "../../ui/classes.ts";
import { formatBytes, plural } from "../../ui/format.ts";
import { PlainText } from "../../ui/plain-text.tsx";
import { toImage, useImageSearch } from "./address.ts";
import { attestationsOf, type Child, childKey, type Image, platformsOf } from "./image.ts";

type SwitchProps = {
  repository: string;
  reference: string;
  section: "images" | "files";
  top: Image;
  child: Child | undefined;
};

const PILL = "inline-flex min-h-8 items-center gap-2 rounded-full border px-3 text-sm";

export function PlatformSwitch({ repository, reference, section, top, child }: SwitchProps) {
  const { view } = useImageSearch();
  const attestations = attestationsOf(top);
  const pill = (it: Child, label: string) => (
    <li key={it.digest}>
      <Link
        {...toImage(repository, section, reference, {
          platform: childKey(it),
          view: section === "images" ? view : undefined,
        })}
        resetScroll={false}
        // Also where the address names no platform.
        aria-current={it.digest === child?.digest ? "true" : undefined}
        title={it.isHere ? it.digest : "Not in this repository"}
        className={classes(
          PILL,
          it.digest === child?.digest
            ? "border-accent bg-accent-tint text-accent"
            : "border-line-strong bg-surface hover:bg-hover",
          !it.isHere && "border-dashed text-soft",
        )}
      >
        <PlainText text={label} />
        {it.sizeBytes !== null && <span className="text-xs">{formatBytes(it.sizeBytes)}</span>}
        {!it.isHere && <span className="text-xs">not here</span>}
      </Link>
    </li>
  );
  return (
    <div className="flex flex-col gap-2">
      <ul aria-label="Platforms" className="flex flex-wrap gap-2">
        {platformsOf(top).map((it) => pill(it, labelOf(it)))}
      </ul>
      {top.childrenOmitted > 0 && (
        <p className="text-sm text-soft">
          {plural(top.childrenOmitted, "more entry", "more entries")} in the manifest.
        </p>
      )}
      {attestations.length > 0 && section === "images" && (
        <details className="text-sm text-soft">
          <summary>{plural(attestations.length, "attestation")}</summary>
          <ul aria-label="Attestations" className="mt-2 flex flex-wrap gap-2">
            {attestations.map((it) => pill({ ...it, platform: null }, `of ${attestedName(top, it)}`))}
          </ul>
        </details>
      )}
    </div>
  );
}

function labelOf(child: Child): string {
  const key = childKey(child);
  return child.platform === null ? key.slice(key.indexOf(":") + 1).slice(0, 12) : key;
}

function attestedName(top: Image, { attests }: Child): string {
  const sibling = top.children?.find(({ digest }) => digest === attests);
  return sibling === undefined ? (attests ?? "").slice(7, 19) : labelOf(sibling);
}
