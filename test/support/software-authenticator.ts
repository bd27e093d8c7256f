// A passkey in software: what a browser and its authenticator make of the options of WebAuthn. Spec: Web Authentication Level 3,
// sections 6.1 (authenticator data) and 6.5 (attestation); RFC 8949 (CBOR); RFC 9053 (COSE keys).

import { createHash, randomBytes } from "node:crypto";

export interface RegistrationJson {
  id: string;
  rawId: string;
  type: "public-key";
  clientExtensionResults: Record<string, never>;
  response: { clientDataJSON: string; attestationObject: string; transports: string[] };
}

export interface AssertionJson {
  id: string;
  rawId: string;
  type: "public-key";
  clientExtensionResults: Record<string, never>;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
}

/** What an honest one would not do. */
export interface Mischief {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** False: the person was there and was not asked for finger or PIN. */
  isVerified?: boolean;
  counter?: number;
  type?: string;
  format?: string;
  /** Signs its own attestation, as some authenticators do without being asked; with certificates when there are any. */
  attests?: readonly Uint8Array[];
  withoutHandle?: boolean;
  userHandle?: string;
  /** Signs with another key. */
  otherKey?: boolean;
}

interface Options {
  challenge: string;
  user?: { id: string };
  rp?: { id: string };
  rpId?: string;
}

export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #id = randomBytes(32);
  #keys: CryptoKeyPair | null = null;
  #handle: string | null = null;
  /** 0 for ever: one that is on several devices. */
  counter: number;

  constructor(origin: string, options: { counts?: boolean } = {}) {
    this.#origin = origin;
    this.counter = options.counts === false ? 0 : 1;
  }

  get id(): string {
    return this.#id.toString("base64url");
  }

  async create(options: Options, mischief: Mischief = {}): Promise<RegistrationJson> {
    this.#keys = await newKeys();
    this.#handle = options.user?.id ?? null;
    const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", this.#keys.publicKey);
    const point = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));
    const key = cborMap([
      [cborInteger(1), cborInteger(2)],
      [cborInteger(3), cborInteger(-7)],
      [cborInteger(-1), cborInteger(1)],
      [cborInteger(-2), cborBytes(point(x))],
      [cborInteger(-3), cborBytes(point(y))],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.#id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.#id, key]);
    const data = this.#authenticatorData(mischief.rpId ?? options.rp?.id ?? "", 0x40, attested, mischief);
    const clientDataJSON = this.#clientData("webauthn.create", options, mischief);
    const statement: [Buffer, Buffer][] = [];
    if (mischief.attests !== undefined) {
      const { attests } = mischief;
      statement.push([cborText("alg"), cborInteger(-7)]);
      statement.push([cborText("sig"), cborBytes(await this.#sign(this.#keys, data, clientDataJSON))]);
      if (attests.length > 0) statement.push([cborText("x5c"), cborList(attests.map(cborBytes))]);
    }
    const attestationObject = cborMap([
      [cborText("fmt"), cborText(mischief.format ?? (mischief.attests === undefined ? "none" : "packed"))],
      [cborText("attStmt"), cborMap(statement)],
      [cborText("authData"), cborBytes(data)],
    ]);
    return {
      ...this.#common(),
      response: {
        clientDataJSON,
        attestationObject: attestationObject.toString("base64url"),
        transports: ["internal"],
      },
    };
  }

  async get(options: Options, mischief: Mischief = {}): Promise<AssertionJson> {
    if (this.#keys === null) throw new Error("nothing was created yet");
    if (mischief.counter === undefined && this.counter > 0) this.counter += 1;
    const data = this.#authenticatorData(mischief.rpId ?? options.rpId ?? "", 0, Buffer.alloc(0), mischief);
    const clientDataJSON = this.#clientData("webauthn.get", options, mischief);
    const signature = await this.#sign(mischief.otherKey === true ? await newKeys() : this.#keys, data, clientDataJSON);
    const handle = mischief.userHandle ?? this.#handle;
    return {
      ...this.#common(),
      response: {
        clientDataJSON,
        authenticatorData: data.toString("base64url"),
        signature: signature.toString("base64url"),
        ...(mischief.withoutHandle === true || handle === null ? {} : { userHandle: handle }),
      },
    };
  }

  async #sign({ privateKey }: CryptoKeyPair, data: Buffer, clientDataJSON: string): Promise<Buffer> {
    const signed = Buffer.concat([data, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    const how = { name: "ECDSA", hash: "SHA-256" };
    return derSignature(Buffer.from(await crypto.subtle.sign(how, privateKey, new Uint8Array(signed))));
  }

  #common() {
    return { id: this.id, rawId: this.id, type: "public-key" as const, clientExtensionResults: {} };
  }

  #clientData(type: string, { challenge }: Options, mischief: Mischief): string {
    const data = {
      type: mischief.type ?? type,
      challenge: mischief.challenge ?? challenge,
      origin: mischief.origin ?? this.#origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }

  #authenticatorData(rpId: string, flags: number, attested: Buffer, mischief: Mischief): Buffer {
    const rest = Buffer.alloc(5);
    // Bit 0: somebody was there. Bit 2: and was asked for finger or PIN.
    rest[0] = flags | 0x01 | (mischief.isVerified === false ? 0 : 0x04);
    rest.writeUInt32BE(mischief.counter ?? this.counter, 1);
    return Buffer.concat([sha256(Buffer.from(rpId)), rest, attested]);
  }
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** ASN.1 of the two halves that WebCrypto gives. */
function derSignature(raw: Buffer): Buffer {
  const integer = (half: Buffer): Buffer => {
    const start = half.findIndex((byte) => byte !== 0);
    const digits = half.subarray(start < 0 ? half.length - 1 : start);
    const value = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
    return Buffer.concat([Buffer.from([0x02, value.length]), value]);
  };
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}

function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
}

function cborInteger(value: number): Buffer {
  return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
}

function cborBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([cborHead(2, bytes.length), bytes]);
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([cborHead(3, bytes.length), bytes]);
}

function cborList(parts: readonly Buffer[]): Buffer {
  return Buffer.concat([cborHead(4, parts.length), ...parts]);
}

function cborMap(entries: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([cborHead(5, entries.length), ...entries.flat()]);
}
