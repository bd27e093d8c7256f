/** A person's or an organisation's pages: its images, and for those who belong to it who may do what. */
import { Navigate, useParams } from "@tanstack/react-router";
import { Building2, CircleUserRound } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { client } from "../../data/client.ts";
import { isMissing } from "../../data/problem.ts";
import { useRead } from "../../data/query.ts";
import { RepositoryMarks } from "../../parts/repository-marks.tsx";
import { Page } from "../../ui/page.tsx";
import { Answer, Loading } from "../../ui/states.tsx";
import { TabBar, TabLink } from "../../ui/tabs.tsx";
import { NotFound } from "../../layout/not-found.tsx";
import { parseNamespaceAddress, toNamespace } from "./address.ts";
import { MissingNamespace } from "./missing-namespace.tsx";
import { RepositoriesSection } from "./repositories-section.tsx";
import { type NamespaceRights, useNamespaceRights } from "./rights.ts";

export type Namespace = Awaited<ReturnType<typeof client.namespaces.get>>;
export type SectionProps = { namespace: Namespace; rights: NamespaceRights; rest: string };

const MembersSection = lazy(async () => ({ default: (await import("./members-section.tsx")).MembersSection }));
const TeamsSection = lazy(async () => ({ default: (await import("./teams-section.tsx")).TeamsSection }));
const GrantsSection = lazy(async () => ({ default: (await import("./grants-section.tsx")).GrantsSection }));
const RobotsSection = lazy(async () => ({ default: (await import("./robots-section.tsx")).RobotsSection }));
const UsageSection = lazy(async () => ({ default: (await import("./usage-section.tsx")).UsageSection }));
const BinSection = lazy(async () => ({ default: (await import("./bin-section.tsx")).BinSection }));
const AuditSection = lazy(async () => ({ default: (await import("./audit-section.tsx")).AuditSection }));
const SettingsSection = lazy(async () => ({ default: (await import("./settings-section.tsx")).SettingsSection }));

type Tab = { section: string; title: string; isFor: (rights: NamespaceRights, namespace: Namespace) => boolean };

const isOrganisation = ({ kind }: Namespace) => kind === "organisation";

const TABS: readonly Tab[] = [
  { section: "", title: "Repositories", isFor: () => true },
  { section: "members", title: "Members", isFor: (rights, it) => rights.seesMembers && isOrganisation(it) },
  { section: "teams", title: "Teams", isFor: (rights, it) => rights.seesMembers && isOrganisation(it) },
  { section: "grants", title: "Grants", isFor: (rights) => rights.inspects },
  { section: "robots", title: "Robots", isFor: (rights) => rights.seesMembers },
  { section: "usage", title: "Usage", isFor: (rights) => rights.seesMembers },
  { section: "bin", title: "Recycle bin", isFor: (rights) => rights.administers },
  { section: "audit", title: "Audit log", isFor: (rights) => rights.inspects },
  { section: "settings", title: "Settings", isFor: (rights) => rights.administers },
];

export function NamespacePages() {
  const { _splat = "" } = useParams({ from: "/n/$" });
  const { namespace, section, rest } = parseNamespaceAddress(_splat);
  const found = useRead(client.namespaces.get, { params: { namespace } }, { enabled: namespace !== "" });
  const rights = useNamespaceRights(found.data?.name ?? namespace);
  if (namespace === "") return <NotFound />;
  if (isMissing(found.error)) return <MissingNamespace name={namespace} />;
  return (
    <Answer answer={found} what={namespace}>
      {(it) =>
        // It answers under the names that it had, too: the address becomes the one that others should be given.
        it.name === namespace ? (
          <Shown key={it.id} namespace={it} rights={rights} section={section} rest={rest} />
        ) : (
          <Navigate {...toNamespace(it.name, section, rest)} replace />
        )
      }
    </Answer>
  );
}

function Shown({ section, ...props }: SectionProps & { section: string }) {
  const { namespace, rights } = props;
  const { name, displayName, description, isVerifiedPublisher } = namespace;
  const tabs = TABS.filter((it) => it.isFor(rights, namespace));
  const tab = tabs.find((it) => it.section === section);
  const Icon = isOrganisation(namespace) ? Building2 : CircleUserRound;
  return (
    <Page
      title={tab === undefined || tab.section === "" ? name : `${tab.title} of ${name}`}
      heading={
        <span className="flex flex-wrap items-center gap-2">
          <Icon size={24} aria-hidden="true" className="text-soft" />
          <span className="min-w-0 break-words">{displayName === "" ? name : displayName}</span>
          {displayName !== "" && <span className="text-base font-normal text-soft">{name}</span>}
          <RepositoryMarks isOfficial={false} isVerifiedPublisher={isVerifiedPublisher} />
        </span>
      }
      lead={description === "" ? undefined : description}
    >
      {tabs.length > 1 && (
        <TabBar label={`Parts of ${name}`}>
          {tabs.map((it) => (
            <TabLink key={it.section} {...toNamespace(name, it.section)} activeOptions={{ exact: it.section === "" }}>
              {it.title}
            </TabLink>
          ))}
        </TabBar>
      )}
      <Suspense fallback={<Loading lines={5} />}>
        {tab === undefined ? <NotFound /> : sectionOf(tab.section, props)}
      </Suspense>
    </Page>
  );
}

function sectionOf(section: string, props: SectionProps): ReactNode {
  switch (section) {
    case "members":
      return <MembersSection {...props} />;
    case "teams":
      return <TeamsSection {...props} />;
    case "grants":
      return <GrantsSection {...props} />;
    case "robots":
      return <RobotsSection {...props} />;
    case "usage":
      return <UsageSection {...props} />;
    case "bin":
      return <BinSection {...props} />;
    case "audit":
      return <AuditSection {...props} />;
    case "settings":
      return <SettingsSection {...props} />;
    default:
      return <RepositoriesSection {...props} />;
  }
}
