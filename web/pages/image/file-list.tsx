/** The files of a directory, or those that were looked for. Arrows walk through them, Enter opens, Backspace goes up. */
import { Link } from "@tanstack/react-router";
import { FolderUp } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { formatBytes, plural } from "../../ui/format.ts";
import { Answer, Empty, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { type ImageSearch, toImage, useImageNavigate } from "./address.ts";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { parentOf } from "./file-entry.ts";
import { FileRow } from "./file-row.tsx";

const PAGE = 200;

type FileListProps = {
  repository: string;
  reference: string;
  /** Digest of the image that is looked into. */
  image: string;
  search: ImageSearch;
};

export function FileList({ repository, reference, image, search }: FileListProps) {
  const { platform, layer, path = "", find, largest } = search;
  const files = usePages(
    client.files.list,
    { params: { repository, reference: image }, query: { layer, path, q: find, largest, limit: PAGE } },
    { keepsPrevious: true },
  );
  const go = useImageNavigate(repository, "files", reference);
  const rows = useRef<HTMLTableSectionElement>(null);
  const isFlat = find !== undefined || largest === true;
  const first = files.data?.pages[0];
  useFocusInside(rows, files.isPlaceholderData ? undefined : `${path} ${layer}`);
  const goUp = () => go({ platform, layer, path: parentOf(path) || undefined });
  const onKeyDown = (event: KeyboardEvent) => {
    const links = [...(rows.current?.querySelectorAll<HTMLElement>("[data-file]") ?? [])];
    const at = links.findIndex((it) => it === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to !== undefined && at >= 0) links[to]?.focus();
    else if (event.key === "Backspace" && path !== "" && !isFlat) goUp();
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Breadcrumbs repository={repository} reference={reference} search={search} path={path} />
        {first?.totals && (
          <p role="status" className="text-sm text-soft">
            {find !== undefined ? (
              <>
                {files.hasNextPage
                  ? `First ${plural(files.items.length, "match", "matches")}`
                  : plural(files.items.length, "match", "matches")}
              </>
            ) : (
              <>
                {plural(first.totals.files, "file")}, {formatBytes(first.totals.bytes)}
              </>
            )}
          </p>
        )}
      </div>
      <Answer answer={{ data: first, error: files.error, refetch: files.refetch }} what="The directory" lines={8}>
        {() =>
          files.items.length === 0 ? (
            <Nothing search={search} />
          ) : (
            <>
              <Table label={isFlat ? "Files found" : "Files"}>
                <Head>
                  <HeadCell>Name</HeadCell>
                  <HeadCell isNumber>Size</HeadCell>
                  <HeadCell className="max-md:hidden">Mode</HeadCell>
                  <HeadCell className="max-lg:hidden">Owner</HeadCell>
                  <HeadCell className="max-lg:hidden">Modified</HeadCell>
                  {layer === undefined && <HeadCell>Layer</HeadCell>}
                </Head>
                <tbody ref={rows} onKeyDown={onKeyDown}>
                  {path !== "" && !isFlat && (
                    <Row>
                      <Cell colSpan={layer === undefined ? 6 : 5}>
                        <Link
                          {...toImage(repository, "files", reference, {
                            platform,
                            layer,
                            path: parentOf(path) || undefined,
                          })}
                          activeOptions={{ exact: true }}
                          data-file=""
                          resetScroll={false}
                          className="flex items-center gap-2 text-soft"
                        >
                          <FolderUp size={16} aria-hidden="true" />{" "}
                          <span className="sr-only">Up to the parent directory</span>
                          <span aria-hidden="true">..</span>
                        </Link>
                      </Cell>
                    </Row>
                  )}
                  {files.items.map((entry) => (
                    <FileRow
                      key={`${entry.path} ${entry.type}`}
                      repository={repository}
                      reference={reference}
                      entry={entry}
                      search={search}
                      name={isFlat ? entry.path.slice(path === "" ? 0 : path.length + 1) : entry.name}
                    />
                  ))}
                </tbody>
              </Table>
              <More pages={files} />
            </>
          )
        }
      </Answer>
    </div>
  );
}

/** Where the row that had the focus is gone with its directory, the first of the new one has it. */
function useFocusInside(rows: { current: HTMLElement | null }, place: string | undefined): void {
  const before = useRef<string>(undefined);
  useEffect(() => {
    if (place === undefined || rows.current === null) return;
    const isNew = before.current !== undefined && before.current !== place;
    before.current = place;
    if (isNew && document.activeElement === document.body) {
      rows.current.querySelector<HTMLElement>("[data-file]")?.focus({ preventScroll: true });
    }
  });
}

function Nothing({ search: { find, path, layer } }: { search: ImageSearch }) {
  if (find !== undefined) {
    return (
      <Empty title="No file has that in its path">
        {path === undefined ? "Try a shorter part of its name." : "It was looked for below this directory alone."}
      </Empty>
    );
  }
  return (
    <Empty title="Nothing in here">
      {layer === undefined
        ? "The directory is empty."
        : "This layer has no files here: it may only set a directory's rights."}
    </Empty>
  );
}
