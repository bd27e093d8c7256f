/** One tag in the table. Drawn anew only when something about it changed: the table may be long. */
import { Link } from "@tanstack/react-router";
import { MoreHorizontal, ShieldCheck } from "lucide-react";
import { memo } from "react";
import { Badge } from "../../../ui/badge.tsx";
import { Digest } from "../../../ui/copy.tsx";
import { formatBytes, formatCount, formatTime } from "../../../ui/format.ts";
import { Menu, MenuItem, MenuLine, MenuLink } from "../../../ui/menu.tsx";
import { Cell, Row } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toRepository } from "../address.ts";
import type { ListedTag } from "./use-tags.ts";

const KIND_NAMES: Readonly<Record<ListedTag["kind"], string | null>> = {
  image: null,
  index: null,
  "helm-chart": "Helm chart",
  compose: "Compose file",
  wasm: "WebAssembly",
  signature: "Signature",
  sbom: "SBOM",
  attestation: "Attestation",
  artifact: "Artifact",
};

/** What can be done to a row's tag; each the same function as long as the table stands. */
export type TagDeeds = {
  onSelect: (name: string, isSelected: boolean) => void;
  onCopy: (tag: ListedTag) => void;
  onRetag: ((tag: ListedTag) => void) | null;
  onDelete: ((tag: ListedTag) => void) | null;
};

type TagRowProps = TagDeeds & {
  repository: string;
  tag: ListedTag;
  isSelected: boolean;
  /** In the whole list, from 0. */
  index: number;
};

export const TagRow = memo(function TagRow({ repository, tag, isSelected, index, ...deeds }: TagRowProps) {
  const { name, digest, sizeBytes, pushedAt, pushedBy, lastPulledAt, pulls, isSigned } = tag;
  const kind = KIND_NAMES[tag.kind];
  return (
    // The heading is the first row.
    <Row aria-rowindex={index + 2} className="h-13">
      {deeds.onDelete !== null && (
        <Cell className="w-9 pr-0">
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            checked={isSelected}
            onChange={(event) => deeds.onSelect(name, event.target.checked)}
            className="block size-4.5 accent-accent"
          />
        </Cell>
      )}
      <Cell>
        <span className="flex items-center gap-2">
          <Link {...toRepository(repository, "images", name)} title={name} className="link code truncate font-medium">
            {name}
          </Link>
          {isSigned && (
            <Badge title="A signature lies beside it; nobody here has verified it">
              <ShieldCheck size={12} aria-hidden="true" /> Signed
            </Badge>
          )}
          {kind !== null && <Badge>{kind}</Badge>}
        </span>
      </Cell>
      <Cell className="hidden text-soft md:table-cell">
        <Platforms platforms={tag.platforms} />
      </Cell>
      <Cell isNumber className="hidden whitespace-nowrap sm:table-cell">
        {formatBytes(sizeBytes)}
      </Cell>
      <Cell className="truncate" title={`${formatTime(pushedAt)} by ${pushedBy}`}>
        <Time at={pushedAt} /> <span className="hidden text-soft md:inline">by {pushedBy}</span>
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell" title={`${formatCount(pulls)} pulls`}>
        <Time at={lastPulledAt} />
      </Cell>
      <Cell className="hidden py-0 md:table-cell">
        <Digest digest={digest} />
      </Cell>
      <Cell className="w-11 py-0 pl-0">
        <TagMenu repository={repository} tag={tag} {...deeds} />
      </Cell>
    </Row>
  );
});

function TagMenu({ repository, tag, onCopy, onRetag, onDelete }: TagDeeds & { repository: string; tag: ListedTag }) {
  return (
    <Menu
      label={`More about ${tag.name}`}
      button={<MoreHorizontal size={18} aria-hidden="true" />}
      buttonClassName="inline-flex size-9 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
    >
      <MenuItem onSelect={() => onCopy(tag)}>Copy the pull command</MenuItem>
      <MenuLink {...toRepository(repository, "images", tag.name)}>Look inside</MenuLink>
      <MenuLink {...toRepository(repository, "tags", tag.name)}>History</MenuLink>
      {onRetag !== null && <MenuItem onSelect={() => onRetag(tag)}>Point a tag here…</MenuItem>}
      {onDelete !== null && (
        <>
          <MenuLine />
          <MenuItem isDangerous onSelect={() => onDelete(tag)}>
            Delete…
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

const SHOWN = 2;

function Platforms({ platforms }: { platforms: ListedTag["platforms"] }) {
  const names = platforms.map(({ os, architecture, variant }) =>
    [os, architecture, variant].filter((it) => it !== null && it !== "").join("/"),
  );
  if (names.length === 0) return "–";
  return (
    <span title={names.join(", ")} className="block truncate">
      {names.slice(0, SHOWN).join(", ")}
      {names.length > SHOWN && ` +${names.length - SHOWN}`}
    </span>
  );
}
