/** The tags of a repository: found as one types, ordered by version, and changed one by one or many at once. */
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { Button, ButtonLink } from "../../../ui/button.tsx";
import { copyText } from "../../../ui/copy.tsx";
import { formatCount, plural } from "../../../ui/format.ts";
import { Empty, Failed, Loading } from "../../../ui/states.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { toRepository } from "../address.ts";
import { pullCommands } from "../pull-commands.ts";
import { usePullPlace } from "../pull-command.tsx";
import { type Repository, useMayDelete } from "../repository.ts";
import { DeleteTagsDialog } from "./delete-tags-dialog.tsx";
import { RetagDialog } from "./retag-dialog.tsx";
import { byVersion, sortTags, type TagSort } from "./tag-order.ts";
import { TagTable } from "./tag-table.tsx";
import { TagToolbar } from "./tag-toolbar.tsx";
import { type ListedTag, useTags } from "./use-tags.ts";

export function TagsSection({ repository }: { repository: Repository }) {
  const { name, actions } = repository;
  const pages = useTags(name);
  const mayDelete = useMayDelete(repository);
  const mayPush = actions.includes("push");
  const toast = useToast();
  const place = usePullPlace();
  const [filter, setFilter] = useState("");
  const [showsAuxiliary, setShowsAuxiliary] = useState(false);
  const [sort, setSort] = useState<TagSort>({ by: "version", isReversed: false });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<readonly string[]>([]);
  const [retagged, setRetagged] = useState<ListedTag | null>(null);

  const tags = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const auxiliary = useMemo(() => tags.filter((it) => it.isAuxiliary).length, [tags]);
  // The box takes the next letter before the list is there.
  const asked = useDeferredValue({ filter, sort, showsAuxiliary });
  const versions = useMemo(() => byVersion(tags), [tags]);
  const sorted = useMemo(() => sortTags(versions, asked.sort), [versions, asked.sort]);
  const listed = useMemo(() => {
    const wanted = asked.filter.trim().toLowerCase();
    return sorted.filter(
      (it) => (asked.showsAuxiliary || !it.isAuxiliary) && (wanted === "" || it.name.toLowerCase().includes(wanted)),
    );
  }, [sorted, asked.filter, asked.showsAuxiliary]);
  const chosen = useMemo(() => listed.filter((it) => selected.has(it.name)), [listed, selected]);

  const onSelect = useCallback((tag: string, isSelected: boolean) => {
    setSelected((before) => {
      const after = new Set(before);
      if (isSelected) after.add(tag);
      else after.delete(tag);
      return after;
    });
  }, []);
  const onCopy = useCallback(
    ({ name: reference, kind }: ListedTag) => {
      if (place === undefined) return;
      const [{ text }] = pullCommands({ ...place, repository: name, reference, kind });
      void copyText(text).then((isCopied) =>
        isCopied ? toast.say(`Copied: ${text}`) : toast.fail(`The browser would not copy it: ${text}`),
      );
    },
    [place, name, toast],
  );
  const onDelete = useCallback((tag: ListedTag) => setDeleting([tag.name]), []);

  if (pages.error !== null && tags.length === 0) {
    return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  }
  if (pages.isPending) return <Loading lines={8} />;
  if (tags.length === 0 && !pages.hasNextPage) return <NoTags repository={repository} mayDelete={mayDelete} />;
  return (
    <div className="flex flex-col gap-3">
      <TagToolbar
        filter={filter}
        onFilter={setFilter}
        auxiliary={auxiliary}
        showsAuxiliary={showsAuxiliary}
        onShowAuxiliary={setShowsAuxiliary}
      >
        {actions.includes("see-deleted") && (
          <Link {...toRepository(name, "bin")} className="link text-sm">
            Deleted tags
          </Link>
        )}
      </TagToolbar>
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-2">
        <p role="status" className="text-sm text-soft">
          {listed.length === tags.length
            ? plural(tags.length, "tag")
            : `${plural(listed.length, "tag")} of ${formatCount(tags.length)}`}
          {pages.hasNextPage && !pages.isError && ", loading the rest…"}
          {pages.isError && (
            <>
              , the rest could not be loaded.{" "}
              <button type="button" className="link" onClick={() => void pages.fetchNextPage()}>
                Try again
              </button>
            </>
          )}
        </p>
        {chosen.length > 0 && (
          <div className="flex flex-wrap items-center gap-2">
            <span className="text-sm font-medium">{formatCount(chosen.length)} selected</span>
            {chosen.length === 2 && (
              <ButtonLink {...toRepository(name, "diff", chosen.map((it) => it.name).join("/"))}>Compare</ButtonLink>
            )}
            <Button onClick={() => setSelected(new Set())}>Clear</Button>
            <Button kind="danger" onClick={() => setDeleting(chosen.map((it) => it.name))}>
              Delete…
            </Button>
          </div>
        )}
      </div>
      {listed.length === 0 ? (
        <Empty
          title="No tag is called that"
          icon={<SearchX size={28} aria-hidden="true" />}
          action={<Button onClick={() => setFilter("")}>Show all tags</Button>}
        >
          {auxiliary > 0 && !showsAuxiliary
            ? "Tags that tools made for signatures and the like are hidden: switch them on above."
            : "Try fewer letters."}
        </Empty>
      ) : (
        <TagTable
          repository={name}
          tags={listed}
          selected={selected}
          sort={sort}
          onSort={setSort}
          onSelectAll={(isSelected) => setSelected(new Set(isSelected ? listed.map((it) => it.name) : []))}
          onSelect={onSelect}
          onCopy={onCopy}
          onRetag={mayPush ? setRetagged : null}
          onDelete={mayDelete ? onDelete : null}
        />
      )}
      <DeleteTagsDialog
        repository={name}
        names={deleting}
        onClose={() => setDeleting([])}
        onDeleted={(names) => setSelected((before) => before.difference(new Set(names)))}
      />
      <RetagDialog repository={name} source={retagged} tags={tags} onClose={() => setRetagged(null)} />
    </div>
  );
}

function NoTags({ repository, mayDelete }: { repository: Repository; mayDelete: boolean }) {
  const { name, manifests } = repository;
  return (
    <Empty
      title="No tags"
      action={
        mayDelete && (
          <ButtonLink {...toRepository(name, "bin")} kind="plain">
            Look among the deleted ones
          </ButtonLink>
        )
      }
    >
      {manifests === 0
        ? "Nothing was pushed here yet. The overview says how."
        : `${plural(manifests, "image")} can be pulled by digest.`}
    </Empty>
  );
}
