/**
 * First logins at a provider whose name is somebody else's here: the person is asked once what they want to be called. Until they
 * say it the browser keeps who came back, sealed, for the address alone that takes the name; there is no account yet. With
 * the account it is worth nothing any more.
 */
import { z } from "zod";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import { type Sealer, SealError } from "../../lib/seal.ts";
import type { Identity } from "../source.ts";
import { type KeptCookie, keptCookie, readKeptCookie } from "./kept-cookie.ts";
import type { CookieParts } from "./session-cookie.ts";

const COOKIE: KeptCookie = { name: "berth_name_choice", path: "/api/v1/session/name" };
const PURPOSE = "a first login that waits for a name";
const CHOOSE_MS = 10 * 60_000;
/** A browser keeps 4 KiB, and sealing makes text a third longer. */
const MAX_BYTES = 2_700;

export type NameChoiceParts = CookieParts & { sealer: Sealer };

/** `Set-Cookie` that keeps who came back. Groups for which there is no room are those of the next login. */
export function keepIdentity(identity: Identity, context: RequestContext, parts: NameChoiceParts): string {
  const groups: string[] = [];
  let room = MAX_BYTES - Buffer.byteLength(JSON.stringify({ ...identity, groups }));
  for (const group of identity.groups) {
    room -= Buffer.byteLength(JSON.stringify(group)) + 1;
    if (room >= 0) groups.push(group);
  }
  const kept = { identity: { ...identity, groups }, until: Date.now() + CHOOSE_MS };
  return keptCookie(COOKIE, context, parts, parts.sealer.seal(JSON.stringify(kept), PURPOSE));
}

/** Who waits for a name in this browser. Throws UNAUTHORIZED when nobody does, or did for too long. */
export function readIdentity(context: RequestContext, parts: NameChoiceParts): Identity {
  const text = readKeptCookie(COOKIE, context, parts);
  if (text === null) throw notBegun();
  try {
    const plain = new TextDecoder().decode(parts.sealer.open(text, PURPOSE));
    const { identity, until } = kept().parse(JSON.parse(plain));
    if (until <= Date.now()) throw notBegun();
    return identity;
  } catch (error) {
    throw error instanceof SealError ? notBegun() : error;
  }
}

const kept = () =>
  z.strictObject({
    identity: z.strictObject({
      source: z.string(),
      subject: z.string(),
      login: z.string(),
      displayName: z.string().nullable(),
      email: z.string().nullable(),
      isEmailVerified: z.boolean(),
      groups: z.array(z.string()),
    }),
    until: z.int(),
  });

function notBegun(): RegistryError {
  return new RegistryError("UNAUTHORIZED", {
    message: "no login waits for a name in this browser, or it took longer than ten minutes: log in again",
  });
}
