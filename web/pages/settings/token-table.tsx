/** Tokens, a row each: what they may do, when they were used, when they end. */
import type { client } from "../../data/client.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { describeScope } from "./token-choices.ts";

export type Token = Awaited<ReturnType<typeof client.accountTokens.list>>["items"][number];

type TableProps = { label: string; tokens: readonly Token[]; onRevoke: (token: Token) => void };

export function TokenTable({ label, tokens, onRevoke }: TableProps) {
  return (
    <Table label={label}>
      <Head>
        <HeadCell>Name</HeadCell>
        <HeadCell>May</HeadCell>
        <HeadCell>Last used</HeadCell>
        <HeadCell>Ends</HeadCell>
        <HeadCell>
          <span className="sr-only">Revoke</span>
        </HeadCell>
      </Head>
      <tbody>
        {tokens.map((token) => (
          <Row key={token.id}>
            <Cell className="max-w-64 min-w-40">
              <p className="font-medium break-words">{token.name}</p>
              <p className="code text-xs break-all text-soft">{token.hint}</p>
            </Cell>
            <Cell className="min-w-40">
              {token.scopes === null ? (
                token.kind === "refresh" ? (
                  "Pull and push as you"
                ) : (
                  <Badge tone="warn">Everything</Badge>
                )
              ) : (
                <ul>
                  {token.scopes.map((scope) => (
                    <li key={`${scope.pattern} ${scope.actions.join()}`} className="break-words">
                      {describeScope(scope)}
                    </li>
                  ))}
                </ul>
              )}
            </Cell>
            <Cell>
              <Time at={token.lastUsedAt} />
              {token.lastUsedAddress !== null && <p className="text-xs text-soft">{token.lastUsedAddress}</p>}
            </Cell>
            <Cell className="whitespace-nowrap">
              {token.isExpired ? <Badge tone="bad">Expired</Badge> : <Time at={token.expiresAt} />}
            </Cell>
            <Cell className="text-right">
              <Button
                aria-label={`${token.kind === "refresh" ? "End" : "Revoke"} ${token.name} ${token.hint}`}
                onClick={() => onRevoke(token)}
              >
                {token.kind === "refresh" ? "End" : "Revoke"}
              </Button>
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
