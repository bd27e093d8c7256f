/** Access tokens: what programs sign in with in place of the password; and, apart, what docker login keeps. */
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { NewToken, type Made } from "./new-token.tsx";
import { TokenForm } from "./token-form.tsx";
import { type Token, TokenTable } from "./token-table.tsx";

export function TokensSection() {
  // All of them, as a rule: an account has 600 at most.
  const pages = usePages(client.accountTokens.list, { query: { limit: 1_000 } });
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [revoked, setRevoked] = useState<Token | null>(null);
  const revoke = useChange(client.accountTokens.delete, {
    done: "It is revoked, and refused from now on.",
    onDone: () => {
      if (revoked?.id === made?.token.id) setMade(null);
      setRevoked(null);
    },
  });
  const newestFirst = pages.items.toReversed();
  const own = newestFirst.filter(({ kind }) => kind !== "refresh");
  const kept = newestFirst.filter(({ kind }) => kind === "refresh");
  const isKept = revoked?.kind === "refresh";
  return (
    <>
      {made !== null && <NewToken key={made.token.id} made={made} onDone={() => setMade(null)} />}
      <Section
        title="Access tokens"
        lead="For docker login, scripts and CI, in place of the password. Each can do less than you, ends when it should, and can be revoked alone."
        actions={
          <Button kind="primary" onClick={() => setMaking(true)}>
            Make a token
          </Button>
        }
      >
        {pages.isPending ? (
          <Loading />
        ) : pages.error !== null && pages.items.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : own.length === 0 ? (
          <Empty title="No tokens yet" icon={<KeyRound size={28} aria-hidden="true" />}>
            Make one for each machine or job, so that each can be taken away alone.
          </Empty>
        ) : (
          <TokenTable label="Access tokens" tokens={own} onRevoke={setRevoked} />
        )}
      </Section>
      {kept.length > 0 && (
        <Section
          title="What docker login keeps"
          lead="Machines on which you logged in with the password. Each keeps one of these in place of it."
        >
          <TokenTable label="Logins that clients keep" tokens={kept} onRevoke={setRevoked} />
        </Section>
      )}
      <More pages={pages} />
      <Dialog isOpen={isMaking} onClose={() => setMaking(false)} title="Make an access token">
        <TokenForm
          onClose={() => setMaking(false)}
          onMade={(it) => {
            setMaking(false);
            setMade(it);
          }}
        />
      </Dialog>
      <ConfirmDialog
        isOpen={revoked !== null}
        onClose={() => setRevoked(null)}
        title={isKept ? "End this login?" : "Revoke this token?"}
        action={isKept ? "End it" : "Revoke it"}
        isBusy={revoke.isPending}
        onConfirm={() => revoked !== null && revoke.mutate({ params: { token: revoked.id } })}
      >
        <p>
          Whatever uses <span className="font-medium break-all">{revoked?.name}</span> (
          <span className="code">{revoked?.hint}</span>) is refused from then on, and so is what it made. This cannot be
          undone: {isKept ? "the machine logs in again with docker login" : "make another one in its place"}.
        </p>
      </ConfirmDialog>
    </>
  );
}
