/** What an image consists of: its configuration and layers as blobs, each with what keeps it in the registry. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Digest } from "../../ui/copy.tsx";
import { formatBytes } from "../../ui/format.ts";
import { PlainText } from "../../ui/plain-text.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { toImage, useImageSearch } from "./address.ts";
import type { Shown } from "./image-frame.tsx";
import { KeepersDialog } from "./keepers-dialog.tsx";

type BlobRow = { digest: string; mediaType: string; sizeBytes: number; name: string; isLayer: boolean };

export function LayerTable({ repository, reference, image }: Shown) {
  const [asked, setAsked] = useState<string | null>(null);
  const { platform } = useImageSearch();
  const isImage = image.kind === "image" || image.kind === "helm-chart";
  const rows: BlobRow[] = [
    ...image.layers.map((it, index) => ({ ...it, name: it.title ?? `${index + 1}`, isLayer: isImage })),
    ...(image.configDescriptor === null ? [] : [{ ...image.configDescriptor, name: "Configuration", isLayer: false }]),
  ];
  return (
    <>
      <Table label={isImage ? "Layers" : "Blobs"}>
        <Head>
          <HeadCell>{isImage ? "Layer" : "Name"}</HeadCell>
          <HeadCell>Digest</HeadCell>
          <HeadCell>Media type</HeadCell>
          <HeadCell isNumber>Size</HeadCell>
          <HeadCell>
            <span className="sr-only">More</span>
          </HeadCell>
        </Head>
        <tbody>
          {rows.map(({ digest, mediaType, sizeBytes, name, isLayer }, index) => (
            // A layer may be there twice.
            // oxlint-disable-next-line react/no-array-index-key
            <Row key={`${index} ${digest}`}>
              <Cell className="min-w-20 break-all">
                <PlainText text={name} />
              </Cell>
              <Cell className="whitespace-nowrap">
                <Digest digest={digest} />
              </Cell>
              <Cell className="code min-w-60 break-all text-soft">
                <PlainText text={mediaType} />
              </Cell>
              <Cell isNumber className="whitespace-nowrap">
                {formatBytes(sizeBytes)}
              </Cell>
              <Cell className="whitespace-nowrap text-right">
                {isLayer && (
                  <Link {...toImage(repository, "files", reference, { layer: digest, platform })} className="link mr-2">
                    Files<span className="sr-only"> of layer {visibleText(name)}</span>
                  </Link>
                )}
                <Button kind="quiet" onClick={() => setAsked(digest)}>
                  What keeps it<span className="sr-only"> {visibleText(name)}</span>
                </Button>
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
      {asked !== null && <KeepersDialog repository={repository} digest={asked} onClose={() => setAsked(null)} />}
    </>
  );
}
