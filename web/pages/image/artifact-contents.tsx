/** What is no image of a container: its annotations, its files, and how to fetch it. Charts have a view of their own. */
import { Download } from "lucide-react";
import { useState } from "react";
import { Button, buttonClasses } from "../../ui/button.tsx";
import { Command, Digest } from "../../ui/copy.tsx";
import { formatBytes } from "../../ui/format.ts";
import { Section } from "../../ui/page.tsx";
import { PlainText } from "../../ui/plain-text.tsx";
import { Empty } from "../../ui/states.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { usePullPlace } from "../repository/pull-command.tsx";
import { blobAddress } from "./address.ts";
import { BlobText } from "./blob-text.tsx";
import { ChartView } from "./chart-view.tsx";
import { NoteTable } from "./configuration.tsx";
import type { Layer } from "./image.ts";
import type { Shown } from "./image-frame.tsx";

/** What is read as text before anybody asks. */
const OPEN_KINDS: readonly string[] = ["compose"];
const MAX_VIEWED_BYTES = 4_000_000;

export function ArtifactContents(shown: Shown) {
  const { repository, reference, image } = shown;
  if (image.kind === "helm-chart") return <ChartView repository={repository} reference={image.digest} />;
  // The first of its files is what the whole is about.
  const opens = OPEN_KINDS.includes(image.kind);
  return (
    <div className="flex flex-col gap-6">
      <Section title="Files">
        {image.layers.length === 0 ? (
          <Empty title="It has no files">Its annotations are all of it.</Empty>
        ) : (
          <ul aria-label="Files" className="divide-y divide-line rounded-lg border border-line bg-surface">
            {image.layers.map((layer, index) => (
              // A layer may be there twice.
              // oxlint-disable-next-line react/no-array-index-key
              <FileRow
                key={index}
                repository={repository}
                image={image.digest}
                layer={layer}
                isOpenAtFirst={opens && index === 0}
              />
            ))}
          </ul>
        )}
      </Section>
      <Section title="Fetch it">
        <Fetching repository={repository} reference={reference} layers={image.layers} />
      </Section>
      {image.annotations.length > 0 && (
        <Section title="Annotations">
          <NoteTable label="Annotations" names="Annotation" notes={image.annotations} none="" />
        </Section>
      )}
    </div>
  );
}

type FileRowProps = { repository: string; image: string; layer: Layer; isOpenAtFirst: boolean };

function FileRow({ repository, image, layer, isOpenAtFirst }: FileRowProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { digest, mediaType, sizeBytes, title } = layer;
  const name = title ?? "No name";
  return (
    <li className="flex flex-col gap-3 px-4 py-2.5 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <div className="min-w-0">
          <p className="font-medium break-all">
            <PlainText text={name} />
          </p>
          <p className="code break-all text-xs text-soft">
            <PlainText text={mediaType} />
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <span className="tabular-nums text-soft">{formatBytes(sizeBytes)}</span>
          <Digest digest={digest} />
          <a href={blobAddress(repository, image, digest)} download={title ?? ""} className={buttonClasses()}>
            <Download size={15} aria-hidden="true" /> Download<span className="sr-only"> {visibleText(name)}</span>
          </a>
          {sizeBytes <= MAX_VIEWED_BYTES && (
            <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? "Close" : "View"}
              <span className="sr-only"> {visibleText(name)}</span>
            </Button>
          )}
        </div>
      </div>
      {isOpen && <BlobText repository={repository} reference={image} digest={digest} name={name} />}
    </li>
  );
}

type FetchingProps = { repository: string; reference: string; layers: readonly Layer[] };

/** Beside the command that stands above, which gets all files. */
function Fetching({ repository, reference, layers }: FetchingProps) {
  const place = usePullPlace();
  if (place === undefined) return null;
  const { host, isPlain } = place;
  const name = `${host}/${repository}`;
  const whole = `${name}${reference.includes(":") ? "@" : ":"}${reference}`;
  const [first] = layers;
  return (
    <div className="grid grid-cols-1 gap-3 text-sm lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-1">
        <p className="text-soft">All its blobs and its manifest, into a directory</p>
        <Command text={`skopeo copy${isPlain ? " --src-tls-verify=false" : ""} docker://${whole} dir:fetched`} />
      </div>
      {first !== undefined && (
        <div className="flex min-w-0 flex-col gap-1">
          <p className="text-soft">One of its files, by its digest</p>
          <Command
            text={`oras blob fetch${isPlain ? " --plain-http" : ""} --output ${fileNameOf(first)} ${name}@${first.digest}`}
          />
        </div>
      )}
    </div>
  );
}

/** Titles are written by strangers: in a command stands only what a shell takes for a name. */
function fileNameOf({ title }: Layer): string {
  return title !== null && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(title) ? title : "file";
}
