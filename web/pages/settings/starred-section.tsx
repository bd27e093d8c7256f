/** Repositories with the account's star. */
import { Star } from "lucide-react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { RepositoryRow, RepositoryRows } from "../../parts/repository-row.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";

export function StarredSection() {
  const pages = usePages(client.repositories.list, { query: { starred: true } });
  const unstar = useChange(client.repositories.unstar, { stale: ["search"], done: "The star is taken back." });
  return (
    <Section
      title="Starred"
      lead="Repositories that you want to find again. A star says that an image is good; everyone sees how many there are."
    >
      {pages.isPending ? (
        <Loading />
      ) : pages.error !== null && pages.items.length === 0 ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.items.length === 0 ? (
        <Empty
          title="No stars yet"
          icon={<Star size={28} aria-hidden="true" />}
          action={<ButtonLink to="/search">Explore</ButtonLink>}
        >
          The star at the top of a repository's page puts it here.
        </Empty>
      ) : (
        <RepositoryRows label="Starred repositories">
          {pages.items.map((repository) => (
            <RepositoryRow
              key={repository.id}
              repository={repository}
              more={
                // Above the link that the whole row is.
                <Button
                  kind="quiet"
                  className="relative z-10 ml-auto min-h-7 px-2"
                  isBusy={unstar.isPending && unstar.variables.params.repository === repository.name}
                  onClick={() => unstar.mutate({ params: { repository: repository.name } })}
                >
                  Unstar<span className="sr-only"> {repository.name}</span>
                </Button>
              }
            />
          ))}
        </RepositoryRows>
      )}
      <More pages={pages} />
    </Section>
  );
}
