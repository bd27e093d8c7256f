/** What stands in place of files while they are being read out of their layers, or when they cannot be. */
import { FileX2 } from "lucide-react";
import type { ReactNode } from "react";
import type { client } from "../../data/client.ts";
import { formatBytes } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { Card } from "../../ui/page.tsx";
import { PlainText } from "../../ui/plain-text.tsx";
import { Progress } from "../../ui/progress.tsx";
import { Empty } from "../../ui/states.tsx";
import { shortReference } from "./address.ts";

type Listing = Awaited<ReturnType<typeof client.files.list>>;
/** What every answer about files begins with. */
export type Readiness = Pick<Listing, "state" | "doneBytes" | "totalBytes" | "reason">;
export type LayeredImage = Listing["image"];

const ASK_AGAIN_MS = 1_000;

/** For `useRead`: asks again until the layers are read. */
export const WHILE_INDEXING = { everyMs: ASK_AGAIN_MS, until: ({ state }: Readiness) => state !== "indexing" };

type ProgressProps = { answer: Readiness; images: readonly LayeredImage[]; children: () => ReactNode };

/** `children` once everything is read. */
export function WhenIndexed({ answer, images, children }: ProgressProps) {
  const { state, doneBytes, totalBytes, reason } = answer;
  if (state === "ready") return children();
  const failed = images.flatMap((it) => it.layers).filter((it) => it.state === "parked" || it.state === "missing");
  if (state === "indexing") {
    return (
      <Card className="flex max-w-2xl flex-col gap-3">
        <p role="status" className="text-sm">
          Reading what is inside its layers. This is done once for each layer.
        </p>
        <Progress label="Layers read" done={doneBytes} total={totalBytes} />
        <p className="text-sm text-soft">
          {formatBytes(doneBytes)} of {formatBytes(totalBytes)}
        </p>
      </Card>
    );
  }
  if (state === "parked") {
    return (
      <Notice tone="warn" title="Its files cannot be shown">
        <p>{reason !== null && <PlainText text={reason} />} Clients pull it all the same.</p>
        <ul className="mt-1">
          {failed.map((it, index) => (
            // A layer may be there twice.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <span className="code">{shortReference(it.digest)}</span>:{" "}
              {it.state === "missing" ? "its bytes are not in this repository" : <PlainText text={it.reason ?? ""} />}
            </li>
          ))}
        </ul>
      </Notice>
    );
  }
  return (
    <Empty
      title={state === "off" ? "This registry does not look inside of layers" : "There are no files to show"}
      icon={<FileX2 size={28} aria-hidden="true" />}
    >
      {state === "off"
        ? "Its operator can turn it on in the configuration."
        : "What it consists of is no archive of files. The page of its blobs shows what there is."}
      {reason !== null && (
        <>
          {" "}
          <PlainText text={reason} />
        </>
      )}
    </Empty>
  );
}
