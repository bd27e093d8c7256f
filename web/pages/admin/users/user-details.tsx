/** One account: who it is, what it may do to the registry, and the ways to sign in that it has. */
import { Link } from "@tanstack/react-router";
import { client } from "../../../data/client.ts";
import { useMe } from "../../../data/me.ts";
import { useRead } from "../../../data/query.ts";
import { ProofProvider } from "../../../parts/proof.tsx";
import { Badge } from "../../../ui/badge.tsx";
import { Card, Fact, Facts, Section } from "../../../ui/page.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { toNamespace } from "../../namespace/address.ts";
import { Crumb } from "../crumb.tsx";
import { PlanOf } from "../plans/plan-of.tsx";
import { RoleForm } from "./role-form.tsx";
import { UserActions } from "./user-actions.tsx";
import { UserSessions } from "./user-sessions.tsx";
import { UserTokens } from "./user-tokens.tsx";
import { ROLE_WORDS, type User, UserBadges } from "./user-table.tsx";

export function UserDetails({ mayChange, name }: { mayChange: boolean; name: string }) {
  const me = useMe();
  const found = useRead(client.accounts.get, { params: { account: name } });
  return (
    <ProofProvider>
      <Answer answer={found} what={`The account ${name}`}>
        {(user) => (
          <div className="flex flex-col gap-8">
            <Profile user={user} isMe={user.name === me?.name} mayChange={mayChange} />
            {user.kind === "person" && (
              <Section title="Plan" lead="It holds for their pulls, and for the namespace that is their own.">
                <PlanOf account={user.name} mayChange={mayChange} />
              </Section>
            )}
            <UserSessions account={user.name} mayChange={mayChange} />
            <UserTokens account={user.name} mayChange={mayChange} />
          </div>
        )}
      </Answer>
    </ProofProvider>
  );
}

type ProfileProps = { user: User; isMe: boolean; mayChange: boolean };

function Profile({ user, isMe, mayChange }: ProfileProps) {
  const isPerson = user.kind === "person";
  return (
    <Section
      title={
        <>
          <Crumb section="users" title="Users" />
          {user.name} <UserBadges user={user} /> {isMe && <Badge tone="accent">you</Badge>}
        </>
      }
      actions={mayChange && <UserActions user={user} isMe={isMe} />}
    >
      <Card>
        <Facts>
          {user.displayName !== "" && (
            <Fact name="Name to show">
              <PlainText text={user.displayName} />
            </Fact>
          )}
          <Fact name="E-mail">
            {user.email === null ? (
              <span className="text-soft">none</span>
            ) : (
              <>
                <PlainText text={user.email} />{" "}
                {user.isEmailVerified ? <Badge tone="good">confirmed</Badge> : <Badge>not confirmed</Badge>}
              </>
            )}
          </Fact>
          <Fact name="Role">{mayChange && isPerson ? <RoleForm user={user} /> : ROLE_WORDS[user.systemRole]}</Fact>
          {isPerson && (
            <Fact name="Images">
              <Link {...toNamespace(user.name)} className="link">
                {user.name}
              </Link>
            </Fact>
          )}
          <Fact name="Account since">
            <Time at={user.createdAt} />
          </Fact>
          <Fact name="Last signed in">
            <Time at={user.lastLoginAt} />
          </Fact>
        </Facts>
      </Card>
    </Section>
  );
}
