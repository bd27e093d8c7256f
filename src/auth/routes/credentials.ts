/** Other people's sessions and tokens, for auditors to see and administrators to end. */
import { z } from "zod";
import { type Needs, onSystem } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import { cursor, toPage } from "../../contract/page.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import type { Administration } from "../administration.ts";
import { credentialsApi } from "../credentials-api.ts";
import type { BrowserSessions } from "../sessions.ts";
import { tokenView } from "./account.ts";
import { timeText } from "./own.ts";

export type CredentialRouteParts = {
  database: Database;
  administration: Administration;
  sessions: BrowserSessions;
  audit: AuditTrail;
};

const INSPECT = onSystem("inspect");
const ADMINISTER = onSystem("administer");
const sessionCursor = cursor("sessions of an account", () => z.tuple([z.int()]));
const tokenCursor = cursor("tokens of an account", () => z.tuple([z.int()]));

export function credentialRoutes(parts: CredentialRouteParts): Route<Needs, Principal>[] {
  const { database, administration, sessions, audit } = parts;
  const find = async (name: string) => {
    try {
      return await administration.find(name);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== "NAME_UNKNOWN") throw error;
      throw new RegistryError("NOT_FOUND", { message: error.message, cause: error });
    }
  };
  return [
    implement(credentialsApi.listSessions, {
      needs: INSPECT,
      handle: async ({ params, query: { after, limit } }, { caller }) => {
        const { id } = await find(params.account);
        const [last] = sessionCursor.decode(after) ?? [0];
        const rows = await sessions.list(id, last, limit + 1);
        const current = caller.credential?.kind === "session" ? caller.credential.id : null;
        return toPage(rows, limit, {
          item: ({ id: sessionId, createdAt, lastUsedAt, expiresAt, address, agent }) => ({
            id: String(sessionId),
            isCurrent: sessionId === current,
            createdAt: timeText(createdAt),
            lastUsedAt: timeText(lastUsedAt),
            expiresAt: timeText(expiresAt),
            address,
            agent,
          }),
          cursor: (row) => sessionCursor.encode([row.id]),
        });
      },
    }),
    implement(credentialsApi.deleteSession, {
      needs: ADMINISTER,
      handle: async ({ params }, { caller }) => {
        const account = await find(params.account);
        const isRevoked = await database.write(async (trx) => {
          if (!(await sessions.revoke(trx, account.id, Number(params.session)))) return false;
          const target = { kind: "session", name: account.name, id: params.session } as const;
          await audit.record(trx, { by: caller, action: "session.revoke", target });
          return true;
        });
        if (isRevoked) return undefined;
        throw new RegistryError("NOT_FOUND", { message: `${account.name} has no such session` });
      },
    }),
    implement(credentialsApi.listTokens, {
      needs: INSPECT,
      handle: async ({ params, query: { after, limit } }) => {
        const { name } = await find(params.account);
        const [last] = tokenCursor.decode(after) ?? [0];
        const rows = await administration.listTokens(name, last, limit + 1);
        return toPage(rows, limit, { item: tokenView, cursor: (row) => tokenCursor.encode([row.id]) });
      },
    }),
    implement(credentialsApi.deleteToken, {
      needs: ADMINISTER,
      handle: async ({ params }, { caller }) => {
        const { name } = await find(params.account);
        if (await administration.revokeToken(caller, name, Number(params.token))) return undefined;
        throw new RegistryError("NOT_FOUND", { message: `${name} has no such token` });
      },
    }),
  ];
}
