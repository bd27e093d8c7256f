/** The start: what is mine, then what this registry is proud of, what is used most, and what is new. */
import { Link } from "@tanstack/react-router";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useRead } from "../../data/query.ts";
import { RepositoryRow, RepositoryRows } from "../../parts/repository-row.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Answer, Empty } from "../../ui/states.tsx";
import { PushGuide } from "./push-guide.tsx";

const SHOWN = 6;

export function HomePage() {
  const me = useMe();
  const newest = useRead(client.repositories.list, { query: { sort: "updated", limit: SHOWN } });
  const official = useRead(client.repositories.list, { query: { official: true, sort: "pulls", limit: SHOWN } });
  const mostPulled = useRead(client.repositories.list, { query: { sort: "pulls", limit: SHOWN } });
  if (newest.data?.items.length === 0) return <NothingYet isSignedIn={Boolean(me)} />;
  return (
    <Page
      title="Berth"
      heading={me ? `Welcome, ${me.displayName === "" ? me.name : me.displayName}` : "Images to pull"}
      actions={<ButtonLink to="/welcome">Push an image</ButtonLink>}
    >
      {me && <Mine name={me.name} />}
      {official.data !== undefined && official.data.items.length > 0 && (
        <Section title="Official" lead="Kept by this registry's administrators.">
          <Listed label="Official repositories" answer={official} />
        </Section>
      )}
      <div className="grid gap-6 lg:grid-cols-2">
        <Section title="Most pulled" actions={<AllOf sort="pulls" />}>
          <Listed label="Most pulled repositories" answer={mostPulled} />
        </Section>
        <Section title="Updated last" actions={<AllOf sort="updated" />}>
          <Listed label="Repositories updated last" answer={newest} />
        </Section>
      </div>
    </Page>
  );
}

function Mine({ name }: { name: string }) {
  const mine = useRead(client.repositories.list, { query: { namespace: name, sort: "updated", limit: 4 } });
  if (mine.data === undefined || mine.data.items.length === 0) return null;
  return (
    <Section
      title="Yours"
      actions={
        <Link to="/n/$" params={{ _splat: name }} className="link text-sm">
          All of them
        </Link>
      }
    >
      <Listed label="Your repositories" answer={mine} />
    </Section>
  );
}

function AllOf({ sort }: { sort: "pulls" | "updated" }) {
  return (
    <Link to="/search" search={{ sort }} className="link text-sm">
      All
    </Link>
  );
}

type Repositories = Awaited<ReturnType<typeof client.repositories.list>>;

function Listed({ label, answer }: { label: string; answer: Parameters<typeof Answer<Repositories>>[0]["answer"] }) {
  return (
    <Answer answer={answer}>
      {({ items }) => (
        <RepositoryRows label={label}>
          {items.map((it) => (
            <RepositoryRow key={it.id} repository={it} />
          ))}
        </RepositoryRows>
      )}
    </Answer>
  );
}

function NothingYet({ isSignedIn }: { isSignedIn: boolean }) {
  const setup = useRead(client.setup.get, undefined).data;
  const mayPush = isSignedIn || setup?.isClaimed === false;
  return (
    <Page title="Berth" heading="Nothing is here yet" lead="Push the first image, and it shows up here by itself.">
      {mayPush ? (
        <PushGuide />
      ) : (
        <Empty
          title="No public images"
          action={
            <ButtonLink kind="primary" to="/login" search={{ next: undefined }}>
              Sign in
            </ButtonLink>
          }
        >
          What is private shows up once you are signed in.
        </Empty>
      )}
    </Page>
  );
}
