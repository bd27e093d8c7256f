/** Access tokens of an account, never what they are. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { Section } from "../../../ui/page.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";

type Token = Awaited<ReturnType<typeof client.credentials.listTokens>>["items"][number];

export function UserTokens({ account, mayChange }: { account: string; mayChange: boolean }) {
  const [revoking, setRevoking] = useState<Token | null>(null);
  const tokens = usePages(client.credentials.listTokens, { params: { account }, query: { limit: 100 } });
  const revoke = useChange(client.credentials.deleteToken, {
    done: "The token is revoked.",
    onDone: () => setRevoking(null),
  });
  return (
    <Section title="Tokens" lead="What programs sign in with, and what docker login keeps.">
      {tokens.error !== null ? (
        <Failed error={tokens.error} retry={() => void tokens.refetch()} />
      ) : tokens.data === undefined ? (
        <Loading lines={2} />
      ) : tokens.items.length === 0 ? (
        <p className="text-sm text-soft">None.</p>
      ) : (
        <Table label={`Tokens of ${account}`}>
          <Head>
            <HeadCell>Name</HeadCell>
            <HeadCell>May</HeadCell>
            <HeadCell>Last used</HeadCell>
            <HeadCell>Ends</HeadCell>
            {mayChange && (
              <HeadCell>
                <span className="sr-only">Revoke</span>
              </HeadCell>
            )}
          </Head>
          <tbody>
            {tokens.items.map((it) => (
              <Row key={it.id}>
                <Cell>
                  <PlainText text={it.name} />
                  <p className="code text-xs text-soft">{it.hint}</p>
                </Cell>
                <Cell className="min-w-40">
                  {it.scopes === null
                    ? it.kind === "refresh"
                      ? "Pull and push"
                      : "Everything that the account may"
                    : it.scopes.map(({ actions, pattern }) => `${actions.join(", ")} on ${pattern}`).join("; ")}
                </Cell>
                <Cell>
                  <Time at={it.lastUsedAt} />
                  {it.lastUsedAddress !== null && <p className="text-xs text-soft">{it.lastUsedAddress}</p>}
                </Cell>
                <Cell>{it.isExpired ? <Badge tone="bad">expired</Badge> : <Time at={it.expiresAt} />}</Cell>
                {mayChange && (
                  <Cell className="text-right">
                    <Button kind="quiet" aria-label={`Revoke ${it.name} ${it.hint}`} onClick={() => setRevoking(it)}>
                      Revoke
                    </Button>
                  </Cell>
                )}
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={tokens} />
      <ConfirmDialog
        isOpen={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? "it"}?`}
        action="Revoke"
        isBusy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate({ params: { account, token: revoking.id } })}
      >
        <p>Whatever signs in with it is refused from now on. It cannot be brought back; a new one can be made.</p>
      </ConfirmDialog>
    </Section>
  );
}
