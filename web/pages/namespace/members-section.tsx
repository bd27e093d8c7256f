/** Members of an organisation, and those who were invited. */
import { Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { SectionProps } from "./namespace-pages.tsx";

type Member = Awaited<ReturnType<typeof client.members.list>>["items"][number];

export function MembersSection({ namespace, rights }: SectionProps) {
  const me = useMe();
  const [isInviting, setInviting] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const members = usePages(client.members.list, { params: { namespace: namespace.name }, query: { limit: 100 } });
  const put = useChange(client.members.put, { done: "The role is changed." });
  const remove = useChange(client.members.remove, {
    stale: ["teams", "grants", "session"],
    onDone: () => setLeaving(null),
  });
  const isMe = (it: Member) => it.account === me?.name;
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
                        onChange={(event) =>
                          put.mutate({
                            params: { namespace: namespace.name, account: it.account },
                            body: { role: event.target.value === "owner" ? "owner" : "member" },
                          })
                        }
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
                      <Button kind="quiet" onClick={() => setLeaving(it)}>
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
      {rights.inspects && <Invitations namespace={namespace.name} mayRevoke={rights.administers} />}
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
          <strong>{leaving?.account}</strong> here. What they pushed stays. They can be invited again.
        </p>
      </ConfirmDialog>
    </div>
  );
}

function Invitations({ namespace, mayRevoke }: { namespace: string; mayRevoke: boolean }) {
  const open = usePages(client.invitations.list, { params: { namespace }, query: { limit: 100 } });
  const revoke = useChange(client.invitations.revoke, { done: "The invitation is taken back." });
  if (open.items.length === 0) return null;
  return (
    <Section title="Invited">
      <Table label="Open invitations">
        <Head>
          <HeadCell>Who</HeadCell>
          <HeadCell>As</HeadCell>
          <HeadCell>By</HeadCell>
          <HeadCell>Holds until</HeadCell>
          <HeadCell>
            <span className="sr-only">Actions</span>
          </HeadCell>
        </Head>
        <tbody>
          {open.items.map((it) => (
            <Row key={it.id}>
              <Cell>{it.account ?? it.email}</Cell>
              <Cell>
                {it.role}
                {it.team !== null && `, team ${it.team}`}
              </Cell>
              <Cell>{it.invitedBy}</Cell>
              <Cell>
                <Time at={it.expiresAt} />
              </Cell>
              <Cell className="text-right">
                {mayRevoke && (
                  <Button kind="quiet" onClick={() => revoke.mutate({ params: { namespace, invitation: it.id } })}>
                    Take back
                  </Button>
                )}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
      <More pages={open} />
    </Section>
  );
}

type InviteProps = { namespace: string; isOpen: boolean; onClose: () => void };

function InviteDialog({ namespace, isOpen, onClose }: InviteProps) {
  const [to, setTo] = useState("");
  const [role, setRole] = useState<"member" | "owner">("member");
  const [team, setTeam] = useState("");
  const teams = usePages(client.teams.list, { params: { namespace }, query: { limit: 100 } }, { enabled: isOpen });
  const invite = useChange(client.invitations.create);
  const close = () => {
    onClose();
    setTo("");
    invite.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const whom = to.trim();
    invite.mutate({
      params: { namespace },
      body: { to: whom.includes("@") ? { email: whom } : { account: whom }, role, team: team === "" ? null : team },
    });
  };
  const code = invite.data?.code ?? null;
  return (
    <Dialog isOpen={isOpen} onClose={close} title="Invite somebody">
      {invite.isSuccess ? (
        <div className="flex flex-col gap-4">
          {code === null ? (
            <Notice tone="good" title="Invited">
              They see it under their settings{to.includes("@") ? ", and have been sent a link" : ""}. It holds for
              seven days.
            </Notice>
          ) : (
            <>
              <Notice tone="warn" title="Send them this link yourself">
                No mail server is configured. The link is shown this once, and holds for seven days.
              </Notice>
              <Command text={`${location.origin}/invitation#${code}`} label="Copy the link" />
            </>
          )}
          <DialogActions>
            <Button kind="primary" onClick={close}>
              Done
            </Button>
          </DialogActions>
        </div>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label="Account name or e-mail address"
            value={to}
            onChange={(event) => setTo(event.target.value)}
            required
          />
          <SelectField label="As" value={role} onChange={(event) => setRole(event.target.value as "member" | "owner")}>
            <option value="member">Member</option>
            <option value="owner">Owner: may administer everything here</option>
          </SelectField>
          <SelectField label="Team" value={team} onChange={(event) => setTeam(event.target.value)}>
            <option value="">None</option>
            {teams.items.map((it) => (
              <option key={it.id} value={it.name}>
                {it.name}
              </option>
            ))}
          </SelectField>
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" kind="primary" isBusy={invite.isPending}>
              Invite
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
