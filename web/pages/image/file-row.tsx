/** One file in a list of them. */
import { Link } from "@tanstack/react-router";
import { Cpu, File, FileSymlink, FileX2, Folder, type LucideIcon } from "lucide-react";
import { Badge } from "../../ui/badge.tsx";
import { classes } from "../../ui/classes.ts";
import { formatBytes, formatTime, plural } from "../../ui/format.ts";
import { PlainText } from "../../ui/plain-text.tsx";
import { Cell, Row } from "../../ui/table.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { type ImageSearch, toImage } from "./address.ts";
import { type Entry, modeText, runsAsOther, typeName } from "./file-entry.ts";

const ICONS: Readonly<Record<Entry["type"], LucideIcon>> = {
  file: File,
  directory: Folder,
  symlink: FileSymlink,
  hardlink: File,
  "character-device": Cpu,
  "block-device": Cpu,
  fifo: Cpu,
  other: File,
  whiteout: FileX2,
  opaque: FileX2,
};

type FileRowProps = {
  repository: string;
  reference: string;
  entry: Entry;
  search: ImageSearch;
  /** As it is shown: the last word of its path, or more of it. */
  name: string;
};

export function FileRow({ repository, reference, entry, search: { platform, layer }, name }: FileRowProps) {
  const { path, type, sizeBytes, files, mode, uid, gid, modifiedAt, linkTarget, hides } = entry;
  const Icon = ICONS[type];
  const isMark = type === "whiteout" || type === "opaque";
  const special = runsAsOther(entry);
  const to = type === "directory" ? { platform, layer, path } : { platform, layer, path: undefined, file: path };
  return (
    <Row>
      <Cell className="max-w-0 min-w-44 w-full">
        <span className="flex min-w-0 items-center gap-2">
          <Icon
            size={16}
            aria-label={typeName(type)}
            className={classes("shrink-0", type === "directory" ? "text-accent" : "text-soft")}
          />
          <span className="flex min-w-0 flex-wrap items-center gap-x-2">
            {isMark ? (
              <span data-file="" tabIndex={-1} className="break-all line-through">
                <PlainText text={name} />
              </span>
            ) : (
              <Link
                {...toImage(repository, "files", reference, to)}
                data-file=""
                resetScroll={false}
                className={classes("break-all hover:underline", type === "directory" && "font-medium")}
              >
                <PlainText text={name} />
              </Link>
            )}
            {linkTarget !== null && (
              <span className="code break-all text-xs text-soft">
                → <PlainText text={linkTarget} />
              </span>
            )}
            {type === "whiteout" && <Badge tone="bad">removed here</Badge>}
            {type === "opaque" && <Badge tone="bad">hides what lower layers have</Badge>}
            {special !== null && (
              <Badge tone="warn" title="Runs with the rights of its owner or group, whoever starts it">
                {special}
              </Badge>
            )}
            {hides && !isMark && (
              <Badge title="A lower layer has something at this path, which this one hides and which takes room all the same">
                hides an older one
              </Badge>
            )}
          </span>
        </span>
      </Cell>
      <Cell isNumber className="whitespace-nowrap" title={files === null ? undefined : plural(files, "file")}>
        {isMark || type === "symlink" ? "" : formatBytes(sizeBytes)}
      </Cell>
      <Cell className="code whitespace-nowrap text-soft max-md:hidden">{isMark ? "" : modeText(type, mode)}</Cell>
      <Cell className="code whitespace-nowrap text-soft max-lg:hidden">
        {uid}:{gid}
      </Cell>
      <Cell className="whitespace-nowrap text-soft max-lg:hidden">
        {modifiedAt === null ? "" : formatTime(modifiedAt)}
      </Cell>
      {layer === undefined && (
        <Cell className="whitespace-nowrap">
          <LayerLink repository={repository} reference={reference} entry={entry} platform={platform} />
        </Cell>
      )}
    </Row>
  );
}

type LayerLinkProps = { repository: string; reference: string; entry: Entry; platform: string | undefined };

function LayerLink({ repository, reference, entry: { layer, layerIndex, change, name }, platform }: LayerLinkProps) {
  return (
    <Link
      {...toImage(repository, "files", reference, { platform, layer })}
      resetScroll={false}
      title={`${change === "added" ? "Added" : "Changed"} by layer ${layerIndex + 1}: see all that it has`}
      className="link"
    >
      {change === "added" ? "+" : "±"}
      {layerIndex + 1}
      <span className="sr-only">
        {" "}
        layer that {change} {visibleText(name)}
      </span>
    </Link>
  );
}
