/** Everything of one's own: a page a section, with all of them at the side. */
import { Link, useParams } from "@tanstack/react-router";
import {
  Bell,
  Building2,
  type LucideIcon,
  KeyRound,
  MonitorSmartphone,
  ShieldCheck,
  Star,
  UserRound,
} from "lucide-react";
import { type ComponentType, useEffect, useRef } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { NotFound } from "../../layout/not-found.tsx";
import { ProofProvider } from "../../parts/proof.tsx";
import { Page } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { NotificationsSection } from "./notifications-section.tsx";
import { OrganisationsSection } from "./organisations-section.tsx";
import { ProfileSection } from "./profile-section.tsx";
import { SecuritySection } from "./security-section.tsx";
import { SessionsSection } from "./sessions-section.tsx";
import { StarredSection } from "./starred-section.tsx";
import { TokensSection } from "./tokens-section.tsx";

type SectionOfSettings = { id: string; title: string; icon: LucideIcon; component: ComponentType };

const SECTIONS: readonly SectionOfSettings[] = [
  { id: "profile", title: "Profile", icon: UserRound, component: ProfileSection },
  { id: "security", title: "Sign-in and security", icon: ShieldCheck, component: SecuritySection },
  { id: "tokens", title: "Access tokens", icon: KeyRound, component: TokensSection },
  { id: "sessions", title: "Sessions", icon: MonitorSmartphone, component: SessionsSection },
  { id: "notifications", title: "Notifications", icon: Bell, component: NotificationsSection },
  { id: "starred", title: "Starred", icon: Star, component: StarredSection },
  { id: "organisations", title: "Organisations", icon: Building2, component: OrganisationsSection },
];

export function SettingsPages() {
  const { section = "profile" } = useParams({ strict: false });
  const session = useRead(client.session.get, undefined);
  const current = SECTIONS.find(({ id }) => id === section);
  if (current === undefined) return <NotFound />;
  const { title, component: Component } = current;
  return (
    <Page title={title} heading="Settings">
      <Answer answer={session} what="Your account">
        {() => (
          <ProofProvider>
            <div className="grid grid-cols-1 gap-6 lg:grid-cols-[13rem_minmax(0,1fr)]">
              <SideNavigation current={current.id} />
              <div key={current.id} className="flex min-w-0 flex-col gap-8">
                <Component />
              </div>
            </div>
          </ProofProvider>
        )}
      </Answer>
    </Page>
  );
}

/** A column where there is room for one, else a row that scrolls by itself. */
function SideNavigation({ current }: { current: string }) {
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    const link = list.current?.querySelector('[aria-current="page"]');
    link?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav
      ref={list}
      aria-label="Settings"
      className="flex gap-1 overflow-x-auto border-b border-line pb-2 lg:flex-col lg:self-start lg:overflow-visible lg:border-b-0 lg:pb-0"
    >
      {SECTIONS.map(({ id, title, icon: Icon }) => (
        <Link
          key={id}
          to="/settings/$section"
          params={{ section: id }}
          aria-current={id === current ? "page" : undefined}
          className="flex shrink-0 items-center gap-2.5 rounded-md px-3 py-2 text-sm whitespace-nowrap text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-tint aria-[current=page]:font-medium aria-[current=page]:text-accent"
        >
          <Icon size={16} aria-hidden="true" />
          {title}
        </Link>
      ))}
    </nav>
  );
}
