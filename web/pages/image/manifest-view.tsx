/** The manifest as it was pushed, and the configuration: JSON to read, to copy, to take along. */
import { Download } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Digest } from "../../ui/copy.tsx";
import { formatBytes } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { PlainText } from "../../ui/plain-text.tsx";
import { saveText } from "../../ui/save-text.ts";
import { Answer } from "../../ui/states.tsx";
import { TextView } from "../../ui/text-view.tsx";
import { NoteTable } from "./configuration.tsx";
import type { Shown } from "./image-frame.tsx";

export function ManifestView({ repository, top, image }: Shown) {
  const documents = [
    ...(top.digest === image.digest ? [] : [{ title: "Index", digest: top.digest, part: "manifest" as const }]),
    { title: "Manifest", digest: image.digest, part: "manifest" as const },
    ...(image.configDescriptor !== null && image.configState !== "none" && image.configState !== "missing"
      ? [{ title: "Configuration", digest: image.digest, part: "config" as const }]
      : []),
  ];
  return (
    <div className="flex flex-col gap-6">
      {top.annotations.length > 0 && (
        <Section title="Annotations">
          <NoteTable label="Annotations" names="Annotation" notes={top.annotations} none="" />
        </Section>
      )}
      {documents.map((it) => (
        <RawDocument key={it.title} repository={repository} {...it} />
      ))}
    </div>
  );
}

type RawProps = { repository: string; title: string; digest: string; part: "manifest" | "config" };

function RawDocument({ repository, title, digest, part }: RawProps) {
  const [isPretty, setPretty] = useState(true);
  const answer = useRead(client.manifests.raw, { params: { repository, reference: digest }, query: { part } });
  return (
    <Section title={title}>
      <Answer answer={answer} what={title}>
        {(raw) => (
          <>
            <div className="flex flex-wrap items-center justify-between gap-2 text-sm text-soft">
              <div className="flex min-w-0 flex-wrap items-center gap-x-4">
                <Digest digest={raw.digest} />
                <span>{formatBytes(raw.sizeBytes)}</span>
                <span className="code break-all">
                  <PlainText text={raw.mediaType} />
                </span>
              </div>
              <div className="flex flex-wrap gap-2">
                <Button onClick={() => setPretty(!isPretty)}>{isPretty ? "As it was pushed" : "In lines"}</Button>
                <Button
                  disabled={raw.isCut}
                  onClick={() =>
                    saveText(`${part}-${raw.digest.slice(raw.digest.indexOf(":") + 1, 19)}.json`, raw.text)
                  }
                >
                  <Download size={15} aria-hidden="true" /> Download
                </Button>
              </div>
            </div>
            {raw.isCut && <Notice tone="warn">This is its first MiB; clients get all of it.</Notice>}
            <TextView text={isPretty ? prettyJson(raw.text) : raw.text} label={title} />
          </>
        )}
      </Answer>
    </Section>
  );
}

/** What is no JSON stays as it is. */
function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
