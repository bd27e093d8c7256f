/** Invites somebody: by their account, or by an e-mail address; without a mail server it gives the link to hand on. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useInstance } from "../../data/me.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Notice } from "../../ui/notice.tsx";

type InviteProps = { namespace: string; onClose: () => void };

export function InviteDialog({ isOpen, ...form }: InviteProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={form.onClose} title="Invite somebody">
      <InviteForm {...form} />
    </Dialog>
  );
}

function InviteForm({ namespace, onClose }: InviteProps) {
  const origin = useInstance()?.url ?? location.origin;
  const [to, setTo] = useState("");
  const [role, setRole] = useState<"member" | "owner">("member");
  const [team, setTeam] = useState("");
  const teams = usePages(client.teams.list, { params: { namespace }, query: { limit: 1_000 } });
  const invite = useChange(client.invitations.create, { saysErrors: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const whom = to.trim();
    invite.mutate({
      params: { namespace },
      body: { to: whom.includes("@") ? { email: whom } : { account: whom }, role, team: team === "" ? null : team },
    });
  };
  if (invite.isSuccess) {
    const { code, invitation } = invite.data;
    return (
      <div className="flex flex-col gap-4">
        {code === null ? (
          <Notice tone="good" title={`${invitation.account ?? invitation.email} is invited`}>
            {invitation.account === null
              ? "They have been sent a link, which holds for seven days."
              : "They see it in their settings, under organisations, for seven days."}
          </Notice>
        ) : (
          <>
            <Notice tone="warn" title="Send them this link yourself">
              This registry sends no mail. The link is shown this once, and holds for seven days. Whoever has it can
              join.
            </Notice>
            <Command text={`${origin}/invitation#${code}`} label="Copy the link" />
          </>
        )}
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </DialogActions>
      </div>
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={invite.error} />
      <TextField
        label="Account name or e-mail address"
        value={to}
        onChange={(event) => setTo(event.target.value)}
        maxLength={254}
        required
      />
      <SelectField label="As" value={role} onChange={(event) => setRole(event.target.value as "member" | "owner")}>
        <option value="member">Member: what settings, teams and grants give</option>
        <option value="owner">Owner: may administer everything here</option>
      </SelectField>
      {teams.items.length > 0 && (
        <SelectField label="Team" value={team} onChange={(event) => setTeam(event.target.value)}>
          <option value="">None</option>
          {teams.items.map((it) => (
            <option key={it.id} value={it.name}>
              {it.name}
            </option>
          ))}
        </SelectField>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={invite.isPending}>
          Invite
        </Button>
      </DialogActions>
    </form>
  );
}
