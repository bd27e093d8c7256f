/** Two images of a repository beside each other: what the second has that the first had not, in bytes, settings and files. */
import { useNavigate } from "@tanstack/react-router";
import { ArrowLeftRight, GitCompare } from "lucide-react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { TagPicker } from "../../parts/tag-picker.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Answer, Empty } from "../../ui/states.tsx";
import { toImage, useImageSearch } from "./address.ts";
import { DiffConfiguration } from "./diff-configuration.tsx";
import { DiffFiles } from "./diff-files.tsx";
import { DiffSummary } from "./diff-summary.tsx";
import { childKey, platformsOf } from "./image.ts";
import { ImageFrame, type Shown } from "./image-frame.tsx";
import { WHILE_INDEXING, WhenIndexed } from "./index-progress.tsx";

/** `rest`: `<from>/<to>`, each a tag or a digest; or the first alone. */
export function DiffPage({ repository, rest }: { repository: string; rest: string }) {
  const [from = "", to = ""] = rest.split("/");
  return (
    <ImageFrame repository={repository} reference={from} section="diff">
      {(shown) => (
        <div className="flex flex-col gap-6">
          <Sides {...shown} to={to} />
          {to === "" ? (
            <Empty title="Compare with what?" icon={<GitCompare size={28} aria-hidden="true" />}>
              Choose another tag above, or type a digest: size, configuration, layers and every file are compared.
            </Empty>
          ) : (
            <Difference repository={repository} from={from} to={to} />
          )}
        </div>
      )}
    </ImageFrame>
  );
}

function Sides({ repository, reference, top, to }: Shown & { to: string }) {
  const navigate = useNavigate();
  const { platform } = useImageSearch();
  const go = (from: string, other: string, of = platform) =>
    void navigate({ ...toImage(repository, "diff", `${from}/${other}`, { platform: of }), resetScroll: false });
  const platforms = platformsOf(top).filter((it) => it.platform !== null);
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-2 text-sm">
      <span className="text-soft">From</span>
      <TagPicker repository={repository} label="From" value={reference} onChoose={(it) => go(it, to)} />
      <IconButton label="Swap the two" disabled={to === ""} onClick={() => go(to, reference)}>
        <ArrowLeftRight size={16} aria-hidden="true" />
      </IconButton>
      <span className="text-soft">to</span>
      <TagPicker repository={repository} label="To" value={to} onChoose={(it) => go(reference, it)} />
      {platforms.length > 1 && (
        <select
          aria-label="Platform"
          value={platform ?? ""}
          onChange={(event) => go(reference, to, event.target.value || undefined)}
          className="min-h-9 rounded-md border border-line-strong bg-surface px-2"
        >
          <option value="">Usual platform</option>
          {platforms.map((it) => (
            <option key={it.digest} value={childKey(it)}>
              {childKey(it)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function Difference({ repository, from, to }: { repository: string; from: string; to: string }) {
  const { platform } = useImageSearch();
  const read = { params: { repository, reference: from }, query: { to, platform, limit: 1 } };
  const answer = useRead(client.files.diff, read, { again: WHILE_INDEXING });
  return (
    <Answer answer={answer} what="One of the two" lines={8}>
      {(diff) => (
        <>
          <DiffSummary diff={diff} />
          <DiffConfiguration changes={diff.config} from={from} to={to} />
          <WhenIndexed answer={diff} images={[diff.from, diff.to]}>
            {() => <DiffFiles repository={repository} from={from} to={to} whole={diff} />}
          </WhenIndexed>
        </>
      )}
    </Answer>
  );
}
