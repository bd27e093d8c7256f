/** What is inside of an image, or of one of its layers: directories to walk through, files to find, to read and to take along. */
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { formatBytes } from "../../ui/format.ts";
import { Answer } from "../../ui/states.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { type ImageSearch, useImageNavigate, useImageSearch } from "./address.ts";
import { FileList } from "./file-list.tsx";
import { FileView } from "./file-view.tsx";
import { ImageFrame, type Shown } from "./image-frame.tsx";
import { WHILE_INDEXING, WhenIndexed } from "./index-progress.tsx";
import { stepCommand } from "./step-command.ts";

/** `rest`: a tag or a digest. */
export function FilesPage({ repository, rest }: { repository: string; rest: string }) {
  return (
    <ImageFrame repository={repository} reference={rest} section="files">
      {(shown) => <Browser {...shown} />}
    </ImageFrame>
  );
}

function Browser({ repository, reference, image }: Shown) {
  const search = useImageSearch();
  const { layer, file } = search;
  const params = { repository, reference: image.digest };
  const whole = useRead(client.files.list, { params, query: { layer, limit: 1 } }, { again: WHILE_INDEXING });
  const go = useImageNavigate(repository, "files", reference);
  return (
    <div className="flex flex-col gap-4">
      <Toolbar key={`${layer}`} search={search} image={image} go={go} />
      <Answer answer={whole} what="The layer" lines={6}>
        {(answer) => (
          <WhenIndexed answer={answer} images={[answer.image]}>
            {() =>
              file === undefined ? (
                <FileList repository={repository} reference={reference} image={image.digest} search={search} />
              ) : (
                <FileView
                  repository={repository}
                  reference={reference}
                  image={image.digest}
                  file={file}
                  search={search}
                />
              )
            }
          </WhenIndexed>
        )}
      </Answer>
    </div>
  );
}

/** So that not each letter is asked for. */
const TYPING_MS = 200;

type ToolbarProps = {
  search: ImageSearch;
  image: Shown["image"];
  go: (search: ImageSearch, replaces?: boolean) => void;
};

function Toolbar({ search, image, go }: ToolbarProps) {
  const { layer, path, platform, find, largest } = search;
  const [text, setText] = useState(find ?? "");
  const wanted = text.trim() === "" ? undefined : text.trim();
  useEffect(() => {
    if (wanted === find) return undefined;
    const timer = setTimeout(() => go({ platform, layer, path, find: wanted }, true), TYPING_MS);
    return () => clearTimeout(timer);
    // What was typed is what counts: links elsewhere on the page change `find` too, and the box follows them below.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [wanted]);
  const [before, setBefore] = useState(find);
  if (before !== find) {
    setBefore(find);
    if (find !== wanted) setText(find ?? "");
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <label className="flex min-w-0 grow items-center gap-2 text-sm text-soft sm:grow-0">
        <span className="sr-only sm:not-sr-only">Show</span>
        <select
          aria-label="Image or layer"
          value={layer ?? ""}
          onChange={(event) => go({ platform, path: undefined, layer: event.target.value || undefined })}
          className="min-h-9 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2 text-ink sm:max-w-96"
        >
          <option value="">The whole image, layers merged</option>
          {image.layers.map((it, index) => (
            // A layer may be there twice.
            // oxlint-disable-next-line react/no-array-index-key
            <option key={index} value={it.digest}>
              Layer {index + 1}, {formatBytes(it.sizeBytes)}
              {storyOf(image, index)}
            </option>
          ))}
        </select>
      </label>
      <span className="relative grow sm:max-w-80">
        <Search size={16} aria-hidden="true" className="absolute left-3 top-2.5 text-soft" />
        <input
          type="search"
          aria-label="Find files by a part of their path"
          placeholder={path === undefined ? "Find a file" : "Find a file below here"}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          className="min-h-9 w-full rounded-md border border-line-strong bg-surface pl-9 pr-3 text-sm"
        />
      </span>
      <Button
        aria-pressed={largest === true}
        className="aria-pressed:border-accent aria-pressed:bg-accent-tint aria-pressed:text-accent"
        onClick={() => go({ platform, layer, path, largest: largest === true ? undefined : true })}
      >
        Biggest files
      </Button>
    </div>
  );
}

const STORY = 60;

function storyOf(image: Shown["image"], layer: number): string {
  const createdBy = image.history.find((it) => it.layer === layer)?.createdBy ?? "";
  const { instruction, text } = stepCommand(createdBy);
  const story = `${instruction} ${text}`.trim();
  return story === "" ? "" : `: ${visibleText(story.slice(0, STORY))}${story.length > STORY ? "…" : ""}`;
}
