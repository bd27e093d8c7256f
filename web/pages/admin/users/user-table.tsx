/** Accounts, a row each. */
import { Link } from "@tanstack/react-router";
import type { client } from "../../../data/client.ts";
import { Badge } from "../../../ui/badge.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toAdmin } from "../address.ts";

export type User = Awaited<ReturnType<typeof client.accounts.get>>;

export function UserTable({ users }: { users: readonly User[] }) {
  return (
    <Table label="Users">
      <Head>
        <HeadCell>Name</HeadCell>
        <HeadCell>E-mail</HeadCell>
        <HeadCell>Role</HeadCell>
        <HeadCell>Last signed in</HeadCell>
        <HeadCell>Since</HeadCell>
      </Head>
      <tbody>
        {users.map((it) => (
          <Row key={it.id}>
            <Cell>
              <Link {...toAdmin("users", it.name)} className="link font-medium">
                {it.name}
              </Link>{" "}
              <UserBadges user={it} />
              {it.displayName !== "" && (
                <p className="text-xs text-soft">
                  <PlainText text={it.displayName} />
                </p>
              )}
            </Cell>
            <Cell className="break-all">{it.email !== null && <PlainText text={it.email} />}</Cell>
            <Cell>{it.systemRole === "none" ? "" : ROLE_WORDS[it.systemRole]}</Cell>
            <Cell>
              <Time at={it.lastLoginAt} />
            </Cell>
            <Cell>
              <Time at={it.createdAt} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

export const ROLE_WORDS: Readonly<Record<User["systemRole"], string>> = {
  none: "Neither",
  auditor: "Auditor",
  administrator: "Administrator",
};

export function UserBadges({ user }: { user: User }) {
  return (
    <>
      {user.kind === "robot" && <Badge>robot</Badge>} {user.isDisabled && <Badge tone="warn">disabled</Badge>}
    </>
  );
}
