/**
 * Passkeys, as a second factor and as a login by themselves. Spec: Web Authentication Level 3, sections 7.1 and 7.2.
 *
 * Who made the authenticator does not matter here: no attestation is asked for, and none that needs certificates is read, which
 * could make the server fetch what they name. The library that verifies is large and is loaded by whoever shows a passkey.
 */
import type { Database, Queryable, Transaction } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import type { Log } from "../../telemetry/log.ts";
import * as queries from "../queries/factors.ts";
import type { Challenges } from "./challenges.ts";
import { CHALLENGE_MS } from "./challenges.ts";
import type { RelyingParty } from "./relying-party.ts";

export const MAX_PASSKEYS = 20;
/** COSE: EdDSA, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];
const TRANSPORTS = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"] as const;
type Transport = (typeof TRANSPORTS)[number];

export type Passkey = {
  id: number;
  name: string;
  createdAt: number;
  lastUsedAt: number | null;
};

/** What the browser's `create` gave; texts are base64url. */
export type Registration = {
  id: string;
  clientDataJSON: string;
  attestationObject: string;
  transports: readonly string[];
};

/** What the browser's `get` gave; texts are base64url. */
export type Assertion = {
  id: string;
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle: string | null;
};

/** A registration that was verified. `challenge` is spent when it is stored. */
export type NewPasskey = {
  credentialId: string;
  publicKey: string;
  counter: number;
  transports: string;
  challenge: string;
};

type Descriptor = { type: "public-key"; id: string; transports: Transport[] };

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export type CreationOptions = {
  rp: { id: string; name: string };
  user: { id: string; name: string; displayName: string };
  challenge: string;
  pubKeyCredParams: { type: "public-key"; alg: number }[];
  timeout: number;
  excludeCredentials: Descriptor[];
  authenticatorSelection: { residentKey: "preferred"; requireResidentKey: false; userVerification: "preferred" };
  attestation: "none";
};

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export type RequestOptions = {
  challenge: string;
  rpId: string;
  timeout: number;
  allowCredentials: Descriptor[];
  userVerification: "preferred" | "required";
};

/** `purpose`: what the challenge was issued for. `accountId`: null where the passkey itself says whose it is. */
export type Verification = {
  purpose: string;
  accountId: number | null;
  relyingParty: RelyingParty;
};

export type PasskeysParts = { database: Database; challenges: Challenges; log: Log };

export class Passkeys {
  readonly #parts: PasskeysParts;

  constructor(parts: PasskeysParts) {
    this.#parts = parts;
  }

  async list(accountId: number, on: Queryable = this.#parts.database): Promise<Passkey[]> {
    const rows = await queries.listPasskeys.all(on, { accountId });
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
    }));
  }

  async creationOptions(
    account: { id: number; name: string; displayName: string },
    purpose: string,
    { id }: RelyingParty,
  ): Promise<CreationOptions> {
    return {
      rp: { id, name: "Berth" },
      user: { id: userHandle(account.id), name: account.name, displayName: account.displayName || account.name },
      challenge: this.#parts.challenges.issue(purpose),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      timeout: CHALLENGE_MS,
      excludeCredentials: await this.#descriptors(account.id),
      authenticatorSelection: {
        residentKey: "preferred",
        requireResidentKey: false,
        userVerification: "preferred",
      },
      attestation: "none",
    };
  }

  /** What was made for these options. Throws REQUEST_INVALID for what was not. */
  async verifyRegistration(
    registration: Registration,
    { purpose, relyingParty }: Omit<Verification, "accountId">,
  ): Promise<NewPasskey> {
    const { id, clientDataJSON, attestationObject } = registration;
    const [{ verifyRegistrationResponse }, { decodeAttestationObject }] = await loadLibrary();
    let challenge: string | null = null;
    const made = await orNull(async () => {
      const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, "base64url")));
      const format = decoded.get("fmt");
      const isSelfMade = format === "packed" && decoded.get("attStmt").get("x5c") === undefined;
      if (format !== "none" && !isSelfMade) return null;
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: {
          id,
          rawId: id,
          type: "public-key",
          clientExtensionResults: {},
          response: { clientDataJSON, attestationObject },
        },
        expectedChallenge: (signed) => {
          challenge = signed;
          return this.#parts.challenges.isValid(signed, purpose);
        },
        expectedOrigin: relyingParty.origin,
        expectedRPID: relyingParty.id,
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      });
      return verified && registrationInfo.credential.id === id ? registrationInfo.credential : null;
    });
    if (made === null || challenge === null) throw notAccepted();
    return {
      credentialId: made.id,
      publicKey: Buffer.from(made.publicKey).toString("base64url"),
      counter: made.counter,
      transports: JSON.stringify(registration.transports.filter(isTransport)),
      challenge,
    };
  }

  /** Throws CONFLICT when there are too many, or it is registered already; REQUEST_INVALID when its challenge was used. */
  async add(trx: Transaction, accountId: number, passkey: NewPasskey, name: string): Promise<Passkey> {
    if (!(await this.#parts.challenges.spend(trx, passkey.challenge))) throw notAccepted();
    if ((await this.list(accountId, trx)).length >= MAX_PASSKEYS) {
      throw new RegistryError("CONFLICT", {
        message: `an account has at most ${MAX_PASSKEYS} passkeys: remove one first`,
      });
    }
    const now = Date.now();
    const made = await queries.insertPasskey.first(trx, {
      accountId,
      credentialId: passkey.credentialId,
      credentialKey: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports,
      passkeyName: name,
      now,
    });
    if (!made) throw new RegistryError("CONFLICT", { message: "this passkey is registered already" });
    return { id: made.id, name, createdAt: now, lastUsedAt: null };
  }

  /** `accountId` null: for whichever passkey the person picks; it must then know the person too, by finger or PIN. */
  async requestOptions(accountId: number | null, purpose: string, { id }: RelyingParty): Promise<RequestOptions> {
    return {
      challenge: this.#parts.challenges.issue(purpose),
      rpId: id,
      timeout: CHALLENGE_MS,
      allowCredentials: accountId === null ? [] : await this.#descriptors(accountId),
      userVerification: accountId === null ? "required" : "preferred",
    };
  }

  /** Whose passkey signed the challenge, which is spent then; null when none of theirs did, or not rightly. */
  async use(assertion: Assertion, { purpose, accountId, relyingParty }: Verification): Promise<number | null> {
    const { id, clientDataJSON, authenticatorData, signature, userHandle: handle } = assertion;
    const { database, challenges, log } = this.#parts;
    const row = await queries.findPasskey.first(database, { credentialId: id });
    if (row === null) return null;
    if (accountId !== null && row.account_id !== accountId) return null;
    if (handle !== null && handle !== userHandle(row.account_id)) return null;
    const [{ verifyAuthenticationResponse }] = await loadLibrary();
    let challenge: string | null = null;
    const counter = await orNull(async () => {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: {
          id,
          rawId: id,
          type: "public-key",
          clientExtensionResults: {},
          response: { clientDataJSON, authenticatorData, signature },
        },
        expectedChallenge: (signed) => {
          challenge = signed;
          return challenges.isValid(signed, purpose);
        },
        expectedOrigin: relyingParty.origin,
        expectedRPID: relyingParty.id,
        // The counter is compared below, by one statement, with what is in the row by then.
        credential: { id, publicKey: new Uint8Array(Buffer.from(row.public_key, "base64url")), counter: 0 },
        requireUserVerification: accountId === null,
      });
      return verified ? authenticationInfo.newCounter : null;
    });
    if (counter === null || challenge === null) return null;
    const signed: string = challenge;
    const outcome = await database.write(async (trx) => {
      if (!(await challenges.spend(trx, signed))) return "spent";
      const used = await queries.usePasskey.run(trx, { passkeyId: row.id, counter, now: Date.now() });
      return used > 0 ? "used" : "behind";
    });
    if (outcome === "behind") {
      log.warn("a passkey was refused: its counter did not grow, as when somebody has a copy of it", {
        account: row.account_id,
        passkey: row.id,
      });
    }
    return outcome === "used" ? row.account_id : null;
  }

  /** False when the account has no such passkey. */
  async rename(trx: Transaction, accountId: number, passkeyId: number, name: string): Promise<boolean> {
    return (await queries.renamePasskey.run(trx, { accountId, passkeyId, passkeyName: name })) > 0;
  }

  /** False when the account has no such passkey. */
  async remove(trx: Transaction, accountId: number, passkeyId: number): Promise<boolean> {
    return (await queries.deletePasskey.run(trx, { accountId, passkeyId })) > 0;
  }

  async removeAll(trx: Transaction, accountId: number): Promise<boolean> {
    return (await queries.deletePasskeysOf.run(trx, { accountId })) > 0;
  }

  async #descriptors(accountId: number): Promise<Descriptor[]> {
    const rows = await queries.listPasskeys.all(this.#parts.database, { accountId });
    return rows.map((row) => ({
      type: "public-key",
      id: row.credential_id,
      // `add` wrote it.
      transports: JSON.parse(row.transports) as Transport[],
    }));
  }
}

/** The first of them is what the library needs to be there before it: in the single executable its own import comes too late. */
async function loadLibrary() {
  await import("reflect-metadata");
  return await Promise.all([import("@simplewebauthn/server"), import("@simplewebauthn/server/helpers")]);
}

/** What a browser sends is whatever a stranger likes: the library throws for all that is wrong with it. */
async function orNull<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch {
    return null;
  }
}

/** What a passkey names its person by: no name and no address, which authenticators would show to whoever holds them. */
function userHandle(accountId: number): string {
  return Buffer.from(`account:${accountId}`).toString("base64url");
}

function isTransport(text: string): text is Transport {
  return TRANSPORTS.some((it) => it === text);
}

function notAccepted(): RegistryError {
  return new RegistryError("REQUEST_INVALID", {
    message: "this passkey was not accepted: it was made for another site, too long ago, or has been used already",
  });
}
