/** The start: what is mine, then what this registry is proud of, what is used most, and what is new. */
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useRead } from "../../data/query.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { AllLink, ListedRepositories } from "./listed-repositories.tsx";
import { Mine } from "./mine.tsx";
import { NothingYet } from "./nothing-yet.tsx";

const SHOWN = 6;

export function HomePage() {
  const me = useMe();
  const newest = useRead(client.repositories.list, { query: { sort: "updated", limit: SHOWN } });
  const official = useRead(client.repositories.list, { query: { official: true, sort: "pulls", limit: SHOWN } });
  const mostPulled = useRead(client.repositories.list, { query: { sort: "pulls", limit: SHOWN } });
  // The first push is told where it was waited for, and the page does not become another under the person's eyes.
  const [waits, setWaits] = useState(false);
  const isEmpty = newest.data?.items.length === 0;
  if (isEmpty && !waits) setWaits(true);
  if (isEmpty || (waits && newest.data !== undefined)) return <NothingYet />;
  return (
    <Page
      title="Berth"
      heading={me ? `Welcome, ${me.displayName === "" ? me.name : me.displayName}` : "Images to pull"}
      actions={<ButtonLink to="/welcome">Push an image</ButtonLink>}
    >
      {me && <Mine name={me.name} />}
      {official.data !== undefined && official.data.items.length > 0 && (
        <Section
          title="Official"
          lead="An administrator of this registry vouches for them."
          actions={<AllLink label="All official repositories" search={{ publisher: "official" }} />}
        >
          <ListedRepositories label="Official repositories" answer={official} isWide />
        </Section>
      )}
      <div className="grid gap-6 lg:grid-cols-2">
        <Section title="Most pulled" actions={<AllLink label="All repositories by pulls" search={{ sort: "pulls" }} />}>
          <ListedRepositories label="Most pulled repositories" answer={mostPulled} />
        </Section>
        <Section
          title="Updated last"
          actions={<AllLink label="All repositories by their last change" search={{ sort: "updated" }} />}
        >
          <ListedRepositories label="Repositories updated last" answer={newest} />
        </Section>
      </div>
    </Page>
  );
}
