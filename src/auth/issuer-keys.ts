/**
 * What issuers of OpenID Connect tokens publish: their discovery document and their keys, each set kept under its issuer
 * and never used for another one's tokens.
 *
 * Both are fetched together when somebody needs them. They are fetched anew after 15 minutes, so that a key that was
 * withdrawn stops counting, and for a key id that is not among them, at most once a minute: nobody can make this server flood
 * an issuer by inventing ids. While an issuer does not answer, its last good set goes on for a day.
 */
import { isJsonObject, type JsonObject, parseJson } from "../oci/json.ts";
import { fetchFromIssuer, isEndpointOf, isIssuerUrl } from "./issuer-fetch.ts";
import { SourceUnavailableError } from "./source.ts";

const FRESH_MS = 15 * 60_000;
const USABLE_MS = 24 * 60 * 60_000;
const ATTEMPT_INTERVAL_MS = 60_000;
const FIRST_BACK_OFF_MS = 1000;
const MAX_ISSUERS = 1000;
const MAX_KEYS = 100;
const DEFAULT_TIMEOUT_MS = 5000;

/** What of a token's header chooses the key. `jwk`, `jku`, `x5u` and `x5c` never do. */
export type KeyHeader = { alg: string; kid?: string | undefined };

type KeyFinder = (header: KeyHeader) => Promise<CryptoKey | null>;
type Published = { metadata: JsonObject; find: KeyFinder; fetchedAt: number };

type Issuer = {
  published: Published | null;
  /** When the last attempt began, and how many failed since the last that did not. */
  attemptedAt: number;
  failures: number;
  lastError: string;
  pending: Promise<void> | null;
};

export type IssuerKeysParts = {
  /** For each of the two requests of a fetch; 5 seconds unless said otherwise. */
  timeoutMs?: number;
  now?: () => number;
};

export class IssuerKeys {
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #issuers = new Map<string, Issuer>();

  constructor({ timeoutMs = DEFAULT_TIMEOUT_MS, now = Date.now }: IssuerKeysParts = {}) {
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  /** The discovery document; the same object until it is fetched anew. Throws SourceUnavailableError. */
  async metadata(issuer: string): Promise<JsonObject> {
    return (await this.#current(this.#entry(issuer), issuer)).metadata;
  }

  /**
   * The public key that fits, or null when the issuer has none such. Throws SourceUnavailableError when the issuer cannot be
   * asked: nothing was ever fetched, or the key is not in the last good set and asking for a newer one failed.
   */
  async find(issuer: string, header: KeyHeader): Promise<CryptoKey | null> {
    const entry = this.#entry(issuer);
    const published = await this.#current(entry, issuer);
    const key = await published.find(header);
    if (key !== null) return key;
    if (this.#mayAttempt(entry)) await this.#fetch(entry, issuer);
    else await entry.pending;
    const found = entry.published === published ? null : ((await entry.published?.find(header)) ?? null);
    if (found === null && entry.failures > 0) throw unavailable(issuer, entry);
    return found;
  }

  #entry(issuer: string): Issuer {
    const known = this.#issuers.get(issuer);
    const entry = known ?? { published: null, attemptedAt: -Infinity, failures: 0, lastError: "", pending: null };
    // Maps keep insertion order: the first is the one that was not asked for the longest time.
    this.#issuers.delete(issuer);
    this.#issuers.set(issuer, entry);
    for (const oldest of this.#issuers.keys()) {
      if (this.#issuers.size <= MAX_ISSUERS) break;
      this.#issuers.delete(oldest);
    }
    return entry;
  }

  async #current(entry: Issuer, issuer: string): Promise<Published> {
    if (this.#age(entry) > FRESH_MS) {
      if (this.#mayAttempt(entry)) await this.#fetch(entry, issuer);
      else await entry.pending;
    }
    if (entry.published === null || this.#age(entry) > USABLE_MS) throw unavailable(issuer, entry);
    return entry.published;
  }

  #age(entry: Issuer): number {
    return entry.published === null ? Infinity : this.#now() - entry.published.fetchedAt;
  }

  /** Once a minute; while there is nothing at all, sooner at first: 1, 2, 4 … seconds after a failure. */
  #mayAttempt(entry: Issuer): boolean {
    if (entry.pending !== null) return false;
    const backOffMs = FIRST_BACK_OFF_MS * 2 ** Math.max(0, entry.failures - 1);
    const pauseMs = entry.published === null ? Math.min(backOffMs, ATTEMPT_INTERVAL_MS) : ATTEMPT_INTERVAL_MS;
    return this.#now() - entry.attemptedAt >= pauseMs;
  }

  /** Never fails: what went wrong is remembered, and whoever waits looks at what is there now. */
  #fetch(entry: Issuer, issuer: string): Promise<void> {
    entry.attemptedAt = this.#now();
    entry.pending = this.#download(issuer)
      .then((published) => {
        entry.published = published;
        entry.failures = 0;
      })
      .catch((error: unknown) => {
        entry.failures += 1;
        entry.lastError = error instanceof Error ? error.message : "it failed";
      })
      .finally(() => {
        entry.pending = null;
      });
    return entry.pending;
  }

  async #download(issuer: string): Promise<Published> {
    if (!isIssuerUrl(issuer)) throw new Error("it is no https address");
    const fetchedAt = this.#now();
    const metadata = await this.#downloadJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (metadata["issuer"] !== issuer) {
      // One tenant of a shared host must not speak for another one.
      throw new Error(`it calls itself ${JSON.stringify(metadata["issuer"] ?? null).slice(0, 200)}`);
    }
    const address = metadata["jwks_uri"];
    if (typeof address !== "string" || !isEndpointOf(issuer, address)) {
      throw new Error("its jwks_uri is no https address");
    }
    return { metadata, find: await makeFinder(await this.#downloadJson(address)), fetchedAt };
  }

  async #downloadJson(url: string): Promise<JsonObject> {
    const headers = { accept: "application/json" };
    const response = await fetchFromIssuer(url, { headers, timeoutMs: this.#timeoutMs });
    const name = new URL(url).pathname.slice(0, 200);
    if (response.status !== 200) throw new Error(`${name} answered ${response.status}`);
    const value = parseJson(await response.bytes());
    if (!isJsonObject(value)) throw new Error(`${name} is no JSON object`);
    return value;
  }
}

/** The keys of a set by id and algorithm; a key is used only with algorithms of its own type. */
async function makeFinder(set: JsonObject): Promise<KeyFinder> {
  const { createLocalJWKSet } = await import("jose/jwks/local");
  const { keys } = set;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS)
    throw new Error(`its key set has no list of at most ${MAX_KEYS} keys`);
  const usable = keys.filter(isJsonObject).flatMap((key) => {
    const { kty } = key;
    return typeof kty === "string" ? [{ ...key, kty }] : [];
  });
  const find = createLocalJWKSet({ keys: usable });
  return async ({ alg, kid }) => {
    try {
      return await find({ alg, ...(kid === undefined ? {} : { kid }) });
    } catch {
      // None fits, several do, or the one that does is broken.
      return null;
    }
  };
}

function unavailable(issuer: string, entry: Issuer): SourceUnavailableError {
  return new SourceUnavailableError(`the issuer ${issuer.slice(0, 200)} cannot be asked: ${entry.lastError}`);
}
