/**
 * `/token`: where clients change a name and password, or a refresh token, for a short-lived token. Spec: Docker's "Token
 * Authentication Specification" (GET) and "OAuth2 Token Authentication" (POST); a CI's own token is changed as RFC 8693 says.
 */
import { PUBLIC, type Needs } from "../../access/needs.ts";
import { ANONYMOUS, type Principal, STRANGER } from "../../access/principal.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { readBody } from "../../http/body.ts";
import type { TrustedProxies } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";
import { RequestOrigin } from "../../http/origin.ts";
import type { Route } from "../../http/router.ts";
import type { Authenticator } from "../authenticator.ts";
import type { Logins } from "../logins.ts";
import type { SigningKeys } from "../signing-keys.ts";
import type { Guard } from "./guard.ts";
import type { BrowserSessions } from "../sessions.ts";
import { lockMaker } from "../token-maker.ts";
import { parseScopes } from "../token-scopes.ts";
import type { TokenService } from "../token-service.ts";
import type { Tokens } from "../tokens.ts";
import { addressOf } from "./realm.ts";

export type TokenRouteParts = {
  database: Database;
  audit: AuditTrail;
  authenticator: Authenticator;
  tokenService: TokenService;
  tokens: Tokens;
  sessions: BrowserSessions;
  logins: Logins;
  signingKeys: SigningKeys;
  proxies: TrustedProxies;
  guard: Guard;
  /** Whether strangers may see what is public. */
  isPublic: boolean;
  /** How long a refresh token that nobody uses lives. */
  refreshDays: number;
};

const MAX_FORM_BYTES = 64 * 1024;
const DAY_MS = 86_400_000;
const MAX_CLIENT_LENGTH = 100;

type Asked = {
  principal: Principal;
  scopes: readonly string[];
  client: string;
  /** Whether a refresh token is wanted, or the one that was shown. */
  refresh: boolean | string;
  /** Whether the token is given for one of somebody else's. */
  isExchange?: boolean;
};

/** RFC 8693. */
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const SUBJECT_TYPES: readonly string[] = [
  "urn:ietf:params:oauth:token-type:jwt",
  "urn:ietf:params:oauth:token-type:id_token",
];
const EXCHANGED = { issued_token_type: "urn:ietf:params:oauth:token-type:access_token", token_type: "Bearer" };

export function tokenRoutes(parts: TokenRouteParts): Route<Needs, Principal>[] {
  const { authenticator, proxies } = parts;
  const nobody = parts.isPublic ? ANONYMOUS : STRANGER;

  const get = async (context: RequestContext, guest: Principal): Promise<Response> => {
    // As browsers and Go's clients write them, a plus stands for a space here.
    const query = new URL(context.request.url).searchParams;
    const header = context.header("authorization");
    if (header !== null && !/^basic /i.test(header)) {
      throw new RegistryError("UNAUTHORIZED", {
        message: "a token is given for a name and password, sent as Basic",
        headers: BASIC,
      });
    }
    const found = guest.isOpen
      ? guest
      : await known(authenticator.authenticate(header, () => addressOf(context, proxies)));
    return await answer(context, {
      principal: found ?? nobody,
      scopes: query.getAll("scope"),
      client: query.get("client_id") ?? "",
      refresh: query.get("offline_token") === "true",
    });
  };

  const post = async (context: RequestContext, guest: Principal): Promise<Response> => {
    const form = new URLSearchParams(Buffer.from(await readBody(context, MAX_FORM_BYTES)).toString());
    const grant = form.get("grant_type");
    const scopes = form.getAll("scope");
    const client = form.get("client_id") ?? "";
    const refresh = form.get("access_type") === "offline";
    const address = addressOf(context, proxies);
    if (guest.isOpen) return await answer(context, { principal: guest, scopes, client, refresh: false });
    if (grant === "password") {
      const found = await known(authenticator.byBasic(form.get("username") ?? "", form.get("password") ?? "", address));
      return await answer(context, { principal: found ?? nobody, scopes, client, refresh });
    }
    if (grant === "refresh_token") {
      const text = form.get("refresh_token") ?? "";
      const principal = await known(authenticator.byToken(text, address));
      if (principal === null)
        throw new RegistryError("UNAUTHORIZED", { message: "this is no refresh token", headers: BASIC });
      return await answer(context, { principal, scopes, client, refresh: text });
    }
    if (grant === TOKEN_EXCHANGE) {
      if (!SUBJECT_TYPES.includes(form.get("subject_token_type") ?? "")) {
        throw new RegistryError("REQUEST_INVALID", { message: `subject_token_type is ${SUBJECT_TYPES.join(" or ")}` });
      }
      const text = form.get("subject_token") ?? "";
      const principal = await known(authenticator.byWorkload(text, form.get("account"), address));
      return await answer(context, { principal, scopes, client, refresh: false, isExchange: true });
    }
    throw new RegistryError("REQUEST_INVALID", {
      message: `grant_type is password, refresh_token or ${TOKEN_EXCHANGE}`,
    });
  };

  const answer = async (context: RequestContext, asked: Asked): Promise<Response> => {
    const { principal, refresh } = asked;
    const issued = await parts.tokenService.issue(principal, parseScopes(asked.scopes));
    const refreshToken =
      typeof refresh === "string" ? refresh : refresh ? await newRefreshToken(context, principal, asked) : null;
    const text = JSON.stringify({
      token: issued.text,
      access_token: issued.text,
      expires_in: issued.expiresIn,
      issued_at: issued.issuedAt.toISOString().replace(/\.\d+Z$/, "Z"),
      scope: issued.scope,
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      ...(asked.isExchange === true ? EXCHANGED : {}),
    });
    return json(context, text, "no-store");
  };

  /**
   * Only for a password of ours, which it then stands for in the client's files; whoever shows a token keeps that. Of a password that
   * another source knows it would go on for months after it was taken away there.
   */
  const newRefreshToken = async (context: RequestContext, by: Principal, { client }: Asked): Promise<string | null> => {
    const { rights, credential } = by;
    if (rights === null || credential?.kind !== "password" || credential.source !== undefined) return null;
    const name = `login of ${client.replaceAll(/[^\w ./-]/g, "").slice(0, MAX_CLIENT_LENGTH) || "a client"}`;
    const expiresAt = Date.now() + parts.refreshDays * DAY_MS;
    return await parts.database.write(async (trx) => {
      const { accountId } = rights;
      // A new password ends what the old one was given: also what is being given at this moment.
      const maker = await lockMaker(trx, parts, { accountId, credential });
      if (!maker.isGood) throw new RegistryError("UNAUTHORIZED", { message: maker.reason, headers: BASIC });
      const { id, text } = await parts.tokens.create(trx, {
        accountId,
        kind: "refresh",
        name,
        scopes: null,
        expiresAt,
      });
      const target = { kind: "token", name, id } as const;
      const origin = new RequestOrigin(context, proxies);
      await parts.audit.record(trx, { by, action: "token.create", target, after: { expiresAt }, origin });
      return text;
    });
  };

  const keys = async (context: RequestContext): Promise<Response> =>
    json(context, JSON.stringify(await parts.signingKeys.publicSet()), "public, max-age=300");

  return [
    { id: "token", method: "GET", path: "/token", needs: PUBLIC, handle: get },
    { id: "token", method: "POST", path: "/token", needs: PUBLIC, handle: post },
    { id: "token-keys", method: "GET", path: "/.well-known/jwks.json", needs: PUBLIC, handle: keys },
  ];
}

const BASIC = { "WWW-Authenticate": 'Basic realm="Berth"' };

/** A refusal here says how to ask again. */
async function known<Found extends Principal | null>(found: Found | Promise<Found>): Promise<Found> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== "UNAUTHORIZED") throw error;
    throw new RegistryError("UNAUTHORIZED", { message: error.message, headers: BASIC, cause: error });
  }
}

function json(context: RequestContext, text: string, cacheControl: string): Response {
  return new Response(context.method === "HEAD" ? null : text, {
    headers: {
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(text)),
      "Cache-Control": cacheControl,
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": context.id,
    },
  });
}
