/**
 * Login by OpenID Connect: the authorization code flow with PKCE, state and nonce, none of which can be left out.
 *
 * `openid-client` speaks the protocol and checks its answers; the ID token's signature is checked here, with the keys that all
 * of an issuer's tokens are checked with. What the caller keeps between the two steps is plain data, which it must seal.
 */
import type { Configuration } from "openid-client";
import { z } from "zod";
import { RegistryError } from "../../errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../oci/json.ts";
import { fetchFromIssuer, isEndpointOf } from "../issuer-fetch.ts";
import { IssuerKeys } from "../issuer-keys.ts";
import { isSignedBy, parseToken, TOKEN_ALGORITHMS } from "../issuer-token.ts";
import { lacksClaims, readIdentity } from "../oidc-claims.ts";
import type { OidcConfig } from "../oidc-config.ts";
import { safeReturnTo } from "../return-to.ts";
import { type Identity, SourceUnavailableError } from "../source.ts";

const PENDING_MS = 10 * 60_000;
/** Between servers that share their logins. */
const CLOCK_TOLERANCE_MS = 60_000;
/** With a thousand groups in it. */
const MAX_ID_TOKEN_CHARACTERS = 128 * 1024;
const MAX_CALLBACK_CHARACTERS = 8 * 1024;

/** Long enough that nobody guesses it. */
const random = () => z.string().min(40).max(200);

/**
 * A login between its two steps: plain data, to be parsed again with this when it comes back. Whoever can change it can log in as
 * somebody else, and nobody else must be able to read it.
 */
export const pendingLogin = z.strictObject({
  /** `oidc:<name>`: a login that began at one provider never ends at another one. */
  source: z.string(),
  state: random(),
  nonce: random(),
  codeVerifier: random(),
  redirectUri: z.string(),
  /** A path on this server, checked. */
  returnTo: z.string(),
  createdAt: z.int(),
});

export type PendingLogin = z.output<typeof pendingLogin>;

export type OidcProviderParts = { config: OidcConfig; keys?: IssuerKeys; now?: () => number };

/** What is used of a discovery document. */
function metadataOf(issuer: string) {
  const endpoint = z.string().refine((text) => isEndpointOf(issuer, text));
  return z.object({
    authorization_endpoint: endpoint,
    token_endpoint: endpoint,
    userinfo_endpoint: endpoint.optional(),
    token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
    id_token_signing_alg_values_supported: z.array(z.string()).default(["RS256"]),
    authorization_response_iss_parameter_supported: z.boolean().optional(),
  });
}

type Metadata = z.output<ReturnType<typeof metadataOf>>;
type Client = { document: JsonObject; metadata: Metadata; configuration: Configuration };

export class OidcProvider {
  /** `oidc:<name>`, the source of its identities. */
  readonly source: string;
  readonly name: string;
  readonly displayName: string;
  readonly #config: OidcConfig;
  readonly #keys: IssuerKeys;
  readonly #now: () => number;
  #client: Client | null = null;

  constructor({ config, now = Date.now, keys }: OidcProviderParts) {
    this.name = config.name;
    this.source = `oidc:${config.name}`;
    this.displayName = config.displayName ?? config.name;
    this.#config = config;
    this.#keys = keys ?? new IssuerKeys({ timeoutMs: config.timeoutSeconds * 1000, now });
    this.#now = now;
  }

  /**
   * Where to send the browser, and what to keep until it comes back. `redirectUri` is this server's own callback address, without a
   * query; a `returnTo` that is not simply a path on the same server becomes `/`. Throws SourceUnavailableError.
   */
  async begin({ redirectUri, returnTo }: { redirectUri: string; returnTo: string }): Promise<{
    url: string;
    pending: PendingLogin;
  }> {
    const callback = new URL(redirectUri);
    if (callback.search !== "" || callback.hash !== "") throw new TypeError("a callback address has no query");
    const { configuration } = await this.#ready();
    const openid = await import("openid-client");
    const pending: PendingLogin = {
      source: this.source,
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      codeVerifier: openid.randomPKCECodeVerifier(),
      redirectUri: callback.href,
      returnTo: safeReturnTo(returnTo, callback.origin) ?? "/",
      createdAt: this.#now(),
    };
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: pending.redirectUri,
      scope: this.#config.scopes.join(" "),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, pending };
  }

  /**
   * Who came back. `callbackUrl` is the whole address that the browser asked for, under the name that `redirectUri` had.
   *
   * A code works once, and so must `pending`: drop it before this is called. Throws UNAUTHORIZED for an answer that is not
   * one to this login or says nothing usable, DENIED for a person who is not admitted or changed their mind, and
   * SourceUnavailableError when the provider cannot be asked or does not accept this server.
   */
  async finish(callbackUrl: URL, pending: PendingLogin): Promise<Identity> {
    this.#assertOurs(callbackUrl, pending);
    const { configuration, metadata } = await this.#ready();
    const { authorizationCodeGrant } = await import("openid-client");
    // The library sends the address without its query as redirect_uri: the one of the first step, to the letter.
    const answer = new URL(`${pending.redirectUri}${callbackUrl.search}`);
    const tokens = await authorizationCodeGrant(configuration, answer, {
      pkceCodeVerifier: pending.codeVerifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    }).catch((error: unknown) => {
      throw translate(error);
    });
    const claims = await this.#verify(tokens.id_token ?? "");
    const userinfo = lacksClaims(claims, this.#config)
      ? await this.#userinfo(metadata, tokens.access_token, claims)
      : {};
    return readIdentity(claims, userinfo, this.#config);
  }

  #assertOurs(callbackUrl: URL, pending: PendingLogin): void {
    if (!pendingLogin.safeParse(pending).success) throw refused("the login is not whole");
    const age = this.#now() - pending.createdAt;
    if (age < -CLOCK_TOLERANCE_MS || age > PENDING_MS)
      throw refused("the login took longer than ten minutes: begin again");
    const isHere = `${callbackUrl.origin}${callbackUrl.pathname}` === pending.redirectUri;
    if (pending.source !== this.source || !isHere || callbackUrl.username !== "" || callbackUrl.password !== "") {
      throw refused("the answer belongs to another login");
    }
    if (callbackUrl.search.length > MAX_CALLBACK_CHARACTERS) throw refused("the answer is too long");
  }

  /** What the library leaves open: the signature, and who asked for a token that is for us alone. */
  async #verify(token: string): Promise<JsonObject> {
    const { issuer, clientId } = this.#config;
    const parsed = parseToken(token, MAX_ID_TOKEN_CHARACTERS);
    if (parsed === null || !(await isSignedBy(issuer, token, parsed.header, this.#keys))) {
      throw refused("the login provider's ID token is not signed by it");
    }
    const { azp } = parsed.claims;
    if (azp !== undefined && azp !== clientId) throw refused("the login provider's ID token is for somebody else");
    return parsed.claims;
  }

  async #userinfo(metadata: Metadata, accessToken: string, { sub }: JsonObject): Promise<JsonObject> {
    if (metadata.userinfo_endpoint === undefined) return {};
    const response = await fetchFromIssuer(metadata.userinfo_endpoint, {
      headers: { accept: "application/json", authorization: `Bearer ${accessToken}` },
      timeoutMs: this.#config.timeoutSeconds * 1000,
    });
    if (response.status !== 200) {
      throw new SourceUnavailableError(`${this.source}: its userinfo endpoint answered ${response.status}`);
    }
    let userinfo;
    try {
      userinfo = parseJson(await response.bytes());
    } catch {
      throw refused("the login provider's userinfo is no JSON");
    }
    if (!isJsonObject(userinfo)) throw refused("the login provider's userinfo is no JSON object");
    if (userinfo["sub"] !== sub) throw refused("the login provider's userinfo is about somebody else");
    return userinfo;
  }

  /** The client for what the provider published last; made anew when that changes. */
  async #ready(): Promise<Client> {
    const document = await this.#keys.metadata(this.#config.issuer);
    if (this.#client?.document !== document) this.#client = await this.#makeClient(document);
    return this.#client;
  }

  async #makeClient(document: JsonObject): Promise<Client> {
    const parsed = metadataOf(this.#config.issuer).safeParse(document);
    if (!parsed.success) {
      const fields = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
      throw new SourceUnavailableError(`${this.source}: its discovery document has no usable ${fields}`);
    }
    const metadata = parsed.data;
    const openid = await import("openid-client");
    const { clientId, clientSecret, issuer, timeoutSeconds } = this.#config;
    const algorithms = metadata.id_token_signing_alg_values_supported;
    const server = {
      issuer,
      authorization_endpoint: metadata.authorization_endpoint,
      token_endpoint: metadata.token_endpoint,
      authorization_response_iss_parameter_supported: metadata.authorization_response_iss_parameter_supported ?? false,
      id_token_signing_alg_values_supported: TOKEN_ALGORITHMS.filter((it) => algorithms.includes(it)),
    };
    const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const authenticate = methods.includes("client_secret_basic") ? openid.ClientSecretBasic : openid.ClientSecretPost;
    const authentication = clientSecret === undefined ? openid.None() : authenticate(clientSecret.reveal());
    const configuration = new openid.Configuration(server, clientId, undefined, authentication);
    configuration.timeout = timeoutSeconds;
    configuration[openid.customFetch] = async (url, { method, headers, body }) => {
      const text = typeof body === "string" || body instanceof URLSearchParams ? body : undefined;
      const response = await fetchFromIssuer(url, { method, headers, body: text, timeoutMs: timeoutSeconds * 1000 });
      // What is wrong with a person's code is 400; this is about the client's own name and password.
      if (response.status === 401) throw new SourceUnavailableError(`${this.source}: it does not accept this client`);
      return response;
    };
    // `fetchFromIssuer` still refuses all but this machine.
    if (issuer.startsWith("http:")) openid.allowInsecureRequests(configuration);
    return { document, metadata, configuration };
  }
}

function refused(message: string, cause?: Error): RegistryError {
  return new RegistryError("UNAUTHORIZED", { message, cause });
}

const OUR_FAULTS = [
  "invalid_client",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
  "invalid_request",
];
const PROVIDER_FAULTS = ["server_error", "temporarily_unavailable"];

/** The library's errors carry whole answers, tokens included: only their message and code go on. */
function translate(error: unknown): Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SourceUnavailableError) return cause;
  }
  const code = property(error, "error");
  const reason = new Error(`${property(error, "code") || "failed"}: ${property(error, "message")} ${code}`.trim());
  if (code === "access_denied") {
    return new RegistryError("DENIED", { message: "the login provider says that access was denied", cause: reason });
  }
  if (PROVIDER_FAULTS.includes(code) || OUR_FAULTS.includes(code)) {
    return new SourceUnavailableError(`the login provider answers ${code}`, { cause: reason });
  }
  return refused("the login provider's answer is not one to this login, or was used before", reason);
}

/** A short text of an error, without what could break a log line. */
function property(error: unknown, name: "code" | "error" | "message"): string {
  const value: unknown = error instanceof Error && name in error ? Reflect.get(error, name) : "";
  return typeof value === "string" ? value.slice(0, 200).replace(/[^\x20-\x7e]/g, "?") : "";
}
