/** Members of an organisation, and those who were invited. */
import { useNavigate } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { useToast } from "../../ui/toast.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { OpenInvitations } from "./open-invitations.tsx";
import type { SectionProps } from "./namespace-pages.tsx";

type Member = Awaited<ReturnType<typeof client.members.list>>["items"][number];

export function MembersSection({ namespace, rights }: SectionProps) {
  const me = useMe();
  const toast = useToast();
  const isMe = (it: Member) => it.account === me?.name;
  const [isInviting, setInviting] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const members = usePages(client.members.list, { params: { namespace: namespace.name }, query: { limit: 100 } });
  const [demoted, setDemoted] = useState<Member | null>(null);
  const navigate = useNavigate();
  const put = useChange(client.members.put, {
    stale: ["session"],
    done: ({ account, role }) => `${account} is ${role === "owner" ? "an owner" : "a member"} now.`,
    onDone: () => setDemoted(null),
  });
  const remove = useChange(client.members.remove, {
    stale: ["teams", "grants", "session"],
    onDone: async () => {
      setLeaving(null);
      toast.say(
        leaving !== null && isMe(leaving) ? `You have left ${namespace.name}.` : "They are no member any more.",
      );
      if (leaving !== null && isMe(leaving)) await navigate({ to: "/" });
    },
  });
  const changeRole = (it: Member, role: Member["role"]) =>
    put.mutate({ params: { namespace: namespace.name, account: it.account }, body: { role } });
  return (
    <div className="flex flex-col gap-6">
      <Section
        title="Members"
        lead="Owners administer the organisation. Members may do what the organisation's settings, teams and grants give them."
        actions={
          rights.administers && (
            <Button kind="primary" onClick={() => setInviting(true)}>
              Invite somebody
            </Button>
          )
        }
      >
        {members.error !== null ? (
          <Failed error={members.error} retry={() => void members.refetch()} />
        ) : members.data === undefined ? (
          <Loading />
        ) : members.items.length === 0 ? (
          <Empty title="No members" icon={<Users size={28} aria-hidden="true" />} />
        ) : (
          <Table label="Members">
            <Head>
              <HeadCell>Account</HeadCell>
              <HeadCell>Role</HeadCell>
              <HeadCell>Since</HeadCell>
              <HeadCell>
                <span className="sr-only">Actions</span>
              </HeadCell>
            </Head>
            <tbody>
              {members.items.map((it) => (
                <Row key={it.accountId}>
                  <Cell>
                    <span className="font-medium">{it.account}</span>{" "}
                    {it.displayName !== "" && <span className="text-soft">{it.displayName}</span>}{" "}
                    {it.source !== null && (
                      <Badge title="Groups of this source made them a member">from {it.source}</Badge>
                    )}
                  </Cell>
                  <Cell>
                    {rights.administers ? (
                      <select
                        aria-label={`Role of ${it.account}`}
                        value={it.role}
                        disabled={put.isPending}
                        onChange={(event) => {
                          const role = event.target.value === "owner" ? "owner" : "member";
                          if (isMe(it) && role === "member") setDemoted(it);
                          else changeRole(it, role);
                        }}
                        className="min-h-8 rounded-md border border-line-strong bg-surface px-2"
                      >
                        <option value="owner">Owner</option>
                        <option value="member">Member</option>
                      </select>
                    ) : it.role === "owner" ? (
                      "Owner"
                    ) : (
                      "Member"
                    )}
                  </Cell>
                  <Cell>
                    <Time at={it.createdAt} />
                  </Cell>
                  <Cell className="text-right">
                    {(rights.administers || isMe(it)) && (
                      <Button
                        kind="quiet"
                        aria-label={isMe(it) ? `Leave ${namespace.name}` : `Remove ${it.account}`}
                        onClick={() => setLeaving(it)}
                      >
                        {isMe(it) ? "Leave" : "Remove"}
                      </Button>
                    )}
                  </Cell>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
        <More pages={members} />
      </Section>
      {rights.inspects && <OpenInvitations namespace={namespace.name} mayRevoke={rights.administers} />}
      <InviteDialog namespace={namespace.name} isOpen={isInviting} onClose={() => setInviting(false)} />
      <ConfirmDialog
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={leaving !== null && isMe(leaving) ? `Leave ${namespace.name}?` : `Remove ${leaving?.account ?? ""}?`}
        action={leaving !== null && isMe(leaving) ? "Leave" : "Remove"}
        isBusy={remove.isPending}
        onConfirm={() => leaving && remove.mutate({ params: { namespace: namespace.name, account: leaving.account } })}
      >
        <p>
          With the membership go the places in teams and everything that was granted to{" "}
          <strong>{leaving?.account}</strong> here. What was pushed stays. A new invitation undoes it.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={demoted !== null}
        onClose={() => setDemoted(null)}
        title={`Be no owner of ${namespace.name} any more?`}
        action="Become a member"
        isBusy={put.isPending}
        onConfirm={() => demoted !== null && changeRole(demoted, "member")}
      >
        <p>You can no longer invite, grant or delete here. Another owner can make you one again.</p>
      </ConfirmDialog>
    </div>
  );
}
