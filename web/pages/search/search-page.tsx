/** Everything that the person may see, found by words and narrowed by what it is. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { SearchX, SlidersHorizontal, X } from "lucide-react";
import { useId, useState } from "react";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { RepositoryRow, RepositoryRows } from "../../parts/repository-row.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { formatCount } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Facets } from "./facets.tsx";
import type { SearchQuery } from "./search-query.ts";

const ORDER_NAMES = {
  relevance: "Best match",
  pulls: "Most pulled",
  stars: "Most starred",
  updated: "Updated last",
  name: "Name",
} as const;

export function SearchPage() {
  const query = useSearch({ from: "/search" });
  const navigate = useNavigate();
  const change = (changes: SearchQuery) =>
    void navigate({ to: "/search", search: { ...query, ...changes }, replace: true, resetScroll: false });
  const found = usePages(client.search.search, { query: { ...query, limit: 25 } }, { keepsPrevious: true });
  const [showsFilters, setShowsFilters] = useState(false);
  const filters = useId();
  const chosen = filtersOf(query).length;
  const clear = () => void navigate({ to: "/search", search: { q: query.q, sort: query.sort }, replace: true });
  const first = found.data?.pages[0];
  const total = first === undefined ? null : `${formatCount(first.total)}${first.isCapped ? "+" : ""}`;
  return (
    <Page
      title={query.q === undefined ? "Explore" : `Search: ${query.q}`}
      heading={query.q === undefined ? "Explore" : <>Results for “{query.q}”</>}
      actions={
        <label className="flex items-center gap-2 text-sm text-soft">
          Sort by
          <select
            value={query.sort ?? "relevance"}
            onChange={(event) => {
              const sort = event.target.value as keyof typeof ORDER_NAMES;
              change({ sort: sort === "relevance" ? undefined : sort });
            }}
            className="min-h-9 rounded-md border border-line-strong bg-surface px-2 text-ink"
          >
            {Object.entries(ORDER_NAMES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <div className="flex flex-col gap-6 md:flex-row">
        <aside aria-label="Filters" className="flex shrink-0 flex-col gap-4 md:w-52">
          {/* On a phone the results come first. */}
          <div className="flex flex-wrap gap-2 empty:hidden">
            <Button
              className="md:hidden"
              aria-expanded={showsFilters}
              aria-controls={filters}
              onClick={() => setShowsFilters(!showsFilters)}
            >
              <SlidersHorizontal size={16} aria-hidden="true" /> Filters{chosen === 0 ? "" : ` (${chosen})`}
            </Button>
            {chosen > 0 && (
              <Button onClick={clear}>
                <X size={16} aria-hidden="true" /> Clear filters
              </Button>
            )}
          </div>
          <div id={filters} className={showsFilters ? undefined : "max-md:hidden"}>
            <Facets query={query} counts={first?.facets} isCapped={first?.isCapped ?? false} onChange={change} />
          </div>
        </aside>
        <div className="flex min-w-0 grow flex-col gap-3">
          <p role="status" className="text-sm text-soft">
            {total === null || found.isPlaceholderData
              ? "Searching…"
              : `${total} ${first?.total === 1 ? "repository" : "repositories"}`}
          </p>
          {found.error !== null ? (
            <Failed error={found.error} retry={() => void found.refetch()} />
          ) : first === undefined ? (
            <Loading lines={6} />
          ) : found.items.length === 0 ? (
            <NothingFound isNarrowed={chosen > 0} onClear={clear} />
          ) : (
            <>
              <RepositoryRows label="Found repositories">
                {found.items.map((it) => (
                  <RepositoryRow
                    key={it.id}
                    repository={it}
                    more={
                      <>
                        {it.architectures.length > 0 && <span>{it.architectures.join(", ")}</span>}
                        {it.tags.length > 0 && <span>Tags: {it.tags.join(", ")}</span>}
                      </>
                    }
                  />
                ))}
              </RepositoryRows>
              <More pages={found} />
            </>
          )}
        </div>
      </div>
    </Page>
  );
}

function filtersOf({ q: _q, sort: _sort, ...filters }: SearchQuery): unknown[] {
  return Object.values(filters).filter((it) => it !== undefined);
}

function NothingFound({ isNarrowed, onClear }: { isNarrowed: boolean; onClear: () => void }) {
  return (
    <Empty
      title="Nothing found"
      icon={<SearchX size={28} aria-hidden="true" />}
      action={
        isNarrowed ? (
          <Button kind="primary" onClick={onClear}>
            Search without filters
          </Button>
        ) : (
          <ButtonLink to="/search" search={{}}>
            Show everything
          </ButtonLink>
        )
      }
    >
      {isNarrowed
        ? "No repository has all of it. Take a filter away."
        : "Try fewer or shorter words. Private repositories show up for those who may see them, once they are signed in."}
    </Empty>
  );
}
