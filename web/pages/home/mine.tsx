/** What is the person's own: the repositories they pushed to last, and the organisations they belong to. */
import { Link } from "@tanstack/react-router";
import { Building2, CircleUserRound } from "lucide-react";
import { client } from "../../data/client.ts";
import { useSession } from "../../data/me.ts";
import { useRead } from "../../data/query.ts";
import { ButtonLink, buttonClasses } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { toNamespace } from "../namespace/address.ts";
import { ListedRepositories } from "./listed-repositories.tsx";

const SHOWN = 4;

export function Mine({ name }: { name: string }) {
  const mine = useRead(client.repositories.list, { query: { namespace: name, sort: "updated", limit: SHOWN } });
  const session = useSession();
  return (
    <Section
      title="Yours"
      actions={
        <Link {...toNamespace(name)} aria-label="All of your repositories" className="link text-sm">
          All
        </Link>
      }
    >
      {session && session.namespaces.length > 1 && (
        <nav aria-label="Your namespaces" className="flex flex-wrap gap-2">
          {session.namespaces.map((it) => (
            <Link key={it.id} {...toNamespace(it.name)} className={buttonClasses("plain", "max-w-full")}>
              {it.kind === "organisation" ? (
                <Building2 size={16} aria-hidden="true" className="shrink-0 text-soft" />
              ) : (
                <CircleUserRound size={16} aria-hidden="true" className="shrink-0 text-soft" />
              )}
              <span className="truncate">{it.name}</span>
            </Link>
          ))}
        </nav>
      )}
      {mine.error !== null ? (
        <Failed error={mine.error} retry={() => void mine.refetch()} />
      ) : mine.data === undefined ? (
        <Loading />
      ) : mine.data.items.length === 0 ? (
        <Empty
          title="You have no repositories of your own yet"
          action={<ButtonLink to="/welcome">Push an image</ButtonLink>}
        >
          The first push makes one.
        </Empty>
      ) : (
        <ListedRepositories label="Your repositories" answer={mine} isWide />
      )}
    </Section>
  );
}
