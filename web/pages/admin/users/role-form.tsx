/** Administrator, auditor or neither: asked for once more, since it ends the person's sessions. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange } from "../../../data/query.ts";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { ROLE_WORDS, type User } from "./user-table.tsx";

type Role = User["systemRole"];

const ROLES: readonly Role[] = ["none", "auditor", "administrator"];

const MEANING: Readonly<Record<Role, string>> = {
  none: "They keep what belongs to them and what they are granted, and see nothing of the administration.",
  auditor: "They see everything, private images, accounts and the audit log included, and change nothing.",
  administrator: "They may do everything on this registry, and make others administrators.",
};

export function RoleForm({ user }: { user: User }) {
  const [chosen, setChosen] = useState<Role | null>(null);
  const change = useChange(client.accounts.setSystemRole, {
    stale: ["administration"],
    done: ({ name, systemRole }) =>
      systemRole === "none" ? `${name} has no role any more.` : `${name} is ${systemRole} now.`,
    onDone: () => setChosen(null),
  });
  return (
    <>
      <select
        aria-label={`Role of ${user.name}`}
        value={user.systemRole}
        onChange={(event) => setChosen(ROLES.find((it) => it === event.target.value) ?? null)}
        className="min-h-8 rounded-md border border-line-strong bg-surface px-2"
      >
        {ROLES.map((it) => (
          <option key={it} value={it}>
            {ROLE_WORDS[it]}
          </option>
        ))}
      </select>
      <ConfirmDialog
        isOpen={chosen !== null}
        onClose={() => setChosen(null)}
        title={chosen === "none" ? `Take the role from ${user.name}?` : `Make ${user.name} ${chosen ?? ""}?`}
        action="Change the role"
        isBusy={change.isPending}
        onConfirm={() =>
          chosen !== null && change.mutate({ params: { account: user.name }, body: { systemRole: chosen } })
        }
      >
        <p>{chosen !== null && MEANING[chosen]}</p>
        <p>Their sessions and logins end; they sign in again. It can be changed back.</p>
      </ConfirmDialog>
    </>
  );
}
