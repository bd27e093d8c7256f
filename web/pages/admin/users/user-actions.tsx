/** What administrators do to an account: each says first what goes. */
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange } from "../../../data/query.ts";
import { useProven } from "../../../parts/proof.tsx";
import { Button, buttonClasses } from "../../../ui/button.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../../ui/dialog.tsx";
import { Menu, MenuItem } from "../../../ui/menu.tsx";
import { MadePassword } from "./made-password.tsx";
import type { User } from "./user-table.tsx";

type Asked = "disable" | "password" | "factors" | "revoke";

export function UserActions({ user, isMe }: { user: User; isMe: boolean }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const params = { account: user.name };
  const stale = ["administration"];
  const update = useChange(client.accounts.update, {
    stale,
    done: ({ name, isDisabled }) => (isDisabled ? `${name} is disabled.` : `${name} can sign in again.`),
    onDone: close,
  });
  const reset = useChange(client.accounts.resetPassword, { onDone: close });
  const removeFactors = useChange(useProven(client.factors.removeAll), {
    stale: ["accounts"],
    done: `${user.name} signs in with the password alone until they set up a second factor.`,
    onDone: close,
  });
  const revoke = useChange(client.accounts.revoke, {
    done: `Everything that ${user.name} was signed in with has ended.`,
    onDone: close,
  });
  // One's own are in the settings.
  const isOther = user.kind === "person" && !isMe;
  return (
    <>
      {user.isDisabled ? (
        <Button isBusy={update.isPending} onClick={() => update.mutate({ params, body: { isDisabled: false } })}>
          Enable
        </Button>
      ) : (
        !isMe && <Button onClick={() => setAsked("disable")}>Disable</Button>
      )}
      <Menu
        label={`More to do with ${user.name}`}
        button={
          <>
            More <ChevronDown size={16} aria-hidden="true" />
          </>
        }
        buttonClassName={buttonClasses()}
      >
        {isOther && <MenuItem onSelect={() => setAsked("password")}>Reset the password</MenuItem>}
        {isOther && <MenuItem onSelect={() => setAsked("factors")}>Remove second factors</MenuItem>}
        <MenuItem onSelect={() => setAsked("revoke")} isDangerous>
          End sessions and revoke tokens
        </MenuItem>
      </Menu>
      <ConfirmDialog
        isOpen={asked === "disable"}
        onClose={close}
        title={`Disable ${user.name}?`}
        action="Disable"
        isBusy={update.isPending}
        onConfirm={() => update.mutate({ params, body: { isDisabled: true } })}
      >
        <p>
          Sessions and logins end at once, and neither password nor tokens are taken any more. What {user.name} pushed
          stays as it is. Enabling the account gives it all back.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === "password"}
        onClose={close}
        title={`Reset the password of ${user.name}?`}
        action="Make a new password"
        isBusy={reset.isPending}
        onConfirm={() => reset.mutate({ params, body: {} })}
      >
        <p>
          The password of now stops working, and sessions and logins end. Access tokens stay. The new one is shown once.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === "factors"}
        onClose={close}
        title={`Remove the second factors of ${user.name}?`}
        action="Remove them"
        isBusy={removeFactors.isPending}
        onConfirm={() => removeFactors.mutate({ params })}
      >
        <p>
          For somebody who lost their devices: be sure that it is they who ask. The authenticator app, passkeys and
          backup codes go for good, and sessions and logins end. The password alone is enough from then on.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === "revoke"}
        onClose={close}
        title={`End everything that ${user.name} is signed in with?`}
        action="End and revoke all"
        typed={user.name}
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate({ params })}
      >
        <p>
          All sessions, what docker login keeps, and all access tokens, those of machines too. The password stays.
          Tokens cannot be brought back.
        </p>
      </ConfirmDialog>
      <Dialog isOpen={reset.data !== undefined} onClose={reset.reset} title={`The new password of ${user.name}`}>
        {reset.data !== undefined && <MadePassword name={user.name} password={reset.data.password} />}
        <DialogActions>
          <Button kind="primary" onClick={reset.reset}>
            Done
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
