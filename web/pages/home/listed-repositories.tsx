/** A few repositories of the start, and the way to all of them. */
import { Link } from "@tanstack/react-router";
import type { client } from "../../data/client.ts";
import { RepositoryRow, RepositoryRows } from "../../parts/repository-row.tsx";
import { Answer } from "../../ui/states.tsx";
import type { SearchQuery } from "../search/search-query.ts";

type Repositories = Awaited<ReturnType<typeof client.repositories.list>>;

type ListedProps = {
  label: string;
  answer: Parameters<typeof Answer<Repositories>>[0]["answer"];
  /** Side by side where there is room and more than one. */
  isWide?: boolean;
};

export function ListedRepositories({ label, answer, isWide = false }: ListedProps) {
  return (
    <Answer answer={answer} lines={6}>
      {({ items }) => (
        <RepositoryRows label={label} isWide={isWide && items.length > 1}>
          {items.map((it) => (
            <RepositoryRow key={it.id} repository={it} />
          ))}
        </RepositoryRows>
      )}
    </Answer>
  );
}

/** `label`: what all of them are, for those who read links one by one. */
export function AllLink({ label, search }: { label: string; search: SearchQuery }) {
  return (
    <Link to="/search" search={search} aria-label={label} className="link text-sm">
      All
    </Link>
  );
}
