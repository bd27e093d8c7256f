/** The registry as a whole, for administrators, and for auditors, who see all of it and change nothing. */
import { useParams } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { NotFound } from "../../layout/not-found.tsx";
import { useMe } from "../../data/me.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { parseAdminAddress } from "./address.ts";
import { AdminNav } from "./admin-nav.tsx";

/** `rest`: what of the section is looked at. */
export type AdminProps = { mayChange: boolean; rest: string };

export type AdminSection = { section: string; title: string };

type Loaded = AdminSection & { part: ComponentType<AdminProps> };

const SECTIONS: readonly Loaded[] = [
  {
    section: "",
    title: "Overview",
    part: lazy(async () => ({ default: (await import("./overview/overview-section.tsx")).OverviewSection })),
  },
  {
    section: "health",
    title: "Health",
    part: lazy(async () => ({ default: (await import("./overview/health-section.tsx")).HealthSection })),
  },
  {
    section: "users",
    title: "Users",
    part: lazy(async () => ({ default: (await import("./users/users-section.tsx")).UsersSection })),
  },
  {
    section: "organisations",
    title: "Organisations",
    part: lazy(async () => ({
      default: (await import("./organisations/organisations-section.tsx")).OrganisationsSection,
    })),
  },
  {
    section: "plans",
    title: "Plans and limits",
    part: lazy(async () => ({ default: (await import("./plans/plans-section.tsx")).PlansSection })),
  },
  {
    section: "sources",
    title: "Identity sources",
    part: lazy(async () => ({ default: (await import("./sources/sources-section.tsx")).SourcesSection })),
  },
  {
    section: "audit",
    title: "Audit log",
    part: lazy(async () => ({ default: (await import("./audit-section.tsx")).AuditSection })),
  },
  {
    section: "storage",
    title: "Storage",
    part: lazy(async () => ({ default: (await import("./storage/storage-section.tsx")).StorageSection })),
  },
  {
    section: "bin",
    title: "Recycle bin",
    part: lazy(async () => ({ default: (await import("./storage/bin-section.tsx")).BinSection })),
  },
  {
    section: "jobs",
    title: "Jobs",
    part: lazy(async () => ({ default: (await import("./jobs/jobs-section.tsx")).JobsSection })),
  },
  {
    section: "configuration",
    title: "Configuration",
    part: lazy(async () => ({ default: (await import("./configuration-section.tsx")).ConfigurationSection })),
  },
];

export function AdminPages() {
  const { _splat = "" } = useParams({ strict: false });
  const { section, rest } = parseAdminAddress(_splat);
  const me = useMe();
  if (me === undefined) return <Framed title="Administration">{<Loading />}</Framed>;
  if (me === null) {
    return (
      <Framed title="Administration">
        <Refused title="Sign in to see this" next>
          Administration is for the administrators and auditors of this registry.
        </Refused>
      </Framed>
    );
  }
  if (me.systemRole === "none") {
    return (
      <Framed title="Administration">
        <Refused title="Not allowed">
          Administration is for the administrators and auditors of this registry. One of them can give you the role.
        </Refused>
      </Framed>
    );
  }
  const shown = SECTIONS.find((it) => it.section === section);
  if (shown === undefined) return <NotFound />;
  const mayChange = me.systemRole === "administrator";
  return (
    <Framed title={shown.section === "" ? "Administration" : `${shown.title}, administration`}>
      {!mayChange && <Notice>You are an auditor: you see everything here and change nothing.</Notice>}
      <div className="grid grid-cols-1 gap-6 md:grid-cols-[11rem_minmax(0,1fr)] md:gap-8">
        <AdminNav sections={SECTIONS} current={section} />
        <div className="min-w-0">
          <Suspense fallback={<Loading lines={5} />}>
            {/* Another subject begins anew. */}
            <shown.part key={`${section}/${rest}`} mayChange={mayChange} rest={rest} />
          </Suspense>
        </div>
      </div>
    </Framed>
  );
}

function Framed({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page title={title} heading="Administration">
      {children}
    </Page>
  );
}

function Refused({ title, next = false, children }: { title: string; next?: boolean; children: ReactNode }) {
  return (
    <Empty
      title={title}
      icon={<Lock size={28} aria-hidden="true" />}
      action={
        next ? (
          <ButtonLink kind="primary" to="/login" search={{ next: location.pathname }}>
            Sign in
          </ButtonLink>
        ) : (
          <ButtonLink to="/">To the start</ButtonLink>
        )
      }
    >
      {children}
    </Empty>
  );
}
