/** One file of an image: its text, what is known of it, and what each layer did to it. */
import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { buttonClasses, ButtonLink } from "../../ui/button.tsx";
import { formatBytes, formatTime } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { Card, Fact, Facts, Section } from "../../ui/page.tsx";
import { PlainText } from "../../ui/plain-text.tsx";
import { Answer } from "../../ui/states.tsx";
import { TextView } from "../../ui/text-view.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { downloadAddress, type ImageSearch, toImage } from "./address.ts";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { type Entry, modeText, runsAsOther, targetOf, typeName } from "./file-entry.ts";
import { WHILE_INDEXING, WhenIndexed } from "./index-progress.tsx";

type FileViewProps = {
  repository: string;
  reference: string;
  /** Digest of the image that is looked into. */
  image: string;
  file: string;
  search: ImageSearch;
};

type Answered = Awaited<ReturnType<typeof client.files.get>>;

export function FileView({ repository, reference, image, file, search }: FileViewProps) {
  const { layer, platform } = search;
  const read = { params: { repository, reference: image }, query: { path: file, layer } };
  const answer = useRead(client.files.get, read, { again: WHILE_INDEXING });
  const to = (more: ImageSearch) => toImage(repository, "files", reference, { platform, layer, ...more });
  return (
    <div className="flex flex-col gap-4">
      <Breadcrumbs repository={repository} reference={reference} search={search} path={file} />
      <Answer answer={answer} what="The file" lines={6}>
        {(data) => (
          <WhenIndexed answer={data} images={[data.image]}>
            {() =>
              data.entry && (
                <div className="flex flex-col gap-6">
                  <EntryFacts
                    entry={data.entry}
                    to={to}
                    download={downloadAddress(repository, image, { path: file, layer })}
                  />
                  <Content file={file} content={data.content} entry={data.entry} />
                  <Layers history={data.history} to={to} />
                </div>
              )
            }
          </WhenIndexed>
        )}
      </Answer>
    </div>
  );
}

type To = (more: ImageSearch) => ReturnType<typeof toImage>;

function EntryFacts({ entry, to, download }: { entry: Entry; to: To; download: string }) {
  const { type, sizeBytes, mode, uid, gid, modifiedAt, linkTarget, hash, layer, layerIndex, change, path } = entry;
  const target = targetOf(entry);
  const special = runsAsOther(entry);
  const isFile = type === "file" || type === "hardlink";
  return (
    <Card className="flex flex-wrap items-start justify-between gap-4 [&_dl]:grid-cols-[max-content_minmax(0,1fr)]">
      <Facts>
        <Fact name="Type">
          <span className="flex flex-wrap gap-2">
            {typeName(type)}
            {special !== null && <Badge tone="warn">{special}</Badge>}
          </span>
        </Fact>
        {linkTarget !== null && target !== null && (
          <Fact name="Leads to">
            <Link {...to({ file: target })} className="link code break-all">
              <PlainText text={linkTarget} />
            </Link>
          </Fact>
        )}
        {type !== "symlink" && <Fact name="Size">{formatBytes(sizeBytes)}</Fact>}
        <Fact name="Mode">
          <span className="code">{modeText(type, mode)}</span>{" "}
          <span className="text-soft">
            ({mode.toString(8).padStart(4, "0")}), owner {uid}, group {gid}
          </span>
        </Fact>
        {modifiedAt !== null && <Fact name="Modified">{formatTime(modifiedAt)}</Fact>}
        <Fact name="From">
          <Link {...to({ layer })} className="link underline">
            Layer {layerIndex + 1}
          </Link>
          , which {change} it
        </Fact>
        {hash !== null && (
          <Fact name="SHA-256 begins">
            <span className="code break-all">{hash}</span>
          </Fact>
        )}
      </Facts>
      {isFile && (
        <a href={download} download className={buttonClasses("primary")}>
          <Download size={16} aria-hidden="true" /> Download
        </a>
      )}
      {type === "directory" && (
        <ButtonLink kind="primary" {...to({ path })}>
          Open the directory
        </ButtonLink>
      )}
    </Card>
  );
}

type ContentProps = { file: string; content: Answered["content"]; entry: Entry };

function Content({ file, content, entry }: ContentProps): ReactNode {
  if (content === null) return null;
  if (content.text === null) {
    return (
      <Notice>{content.isBinary ? "This is no text: download it to look at it." : "It cannot be read here."}</Notice>
    );
  }
  if (entry.sizeBytes === 0 && content.text === "") return <Notice>The file is empty.</Notice>;
  return (
    <div className="flex flex-col gap-3">
      {content.isTruncated && <Notice tone="warn">This is its first 256 KiB. Download it to have all of it.</Notice>}
      <TextView text={content.text} label={`Text of ${visibleText(file)}`} />
    </div>
  );
}

function Layers({ history, to }: { history: Answered["history"]; to: To }) {
  if (history.length < 2) return null;
  const WORDS = { added: "adds it", changed: "changes it", removed: "removes it" } as const;
  return (
    <Section title="What layers do to it" lead="Each copy takes room in the image, also where a later layer hides it.">
      <ol aria-label="Layers" className="divide-y divide-line rounded-lg border border-line bg-surface text-sm">
        {history.map(({ layer, layerIndex, change, type, sizeBytes }) => (
          <li key={layerIndex} className="flex flex-wrap gap-x-4 px-4 py-2">
            <Link {...to({ layer })} className="link">
              Layer {layerIndex + 1}
            </Link>
            <span>{WORDS[change]}</span>
            {change !== "removed" && (
              <span className="text-soft">
                {typeName(type).toLowerCase()}, {formatBytes(sizeBytes)}
              </span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
