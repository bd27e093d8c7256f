// A real OpenID Connect provider on a free port of this machine, and a browser that logs in there: the forms are sent by
// `fetch`, cookies are kept, and no redirect is followed by anybody else.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair } from "jose";

/** The answer of a person to the consent page. */
export type Consent = "agree" | "abort";

export type OidcProviderOptions = {
  /** As the provider registers clients: `client_id`, `client_secret`, `redirect_uris` … */
  clients: readonly Record<string, unknown>[];
  /** What the provider says of each person, `sub` excepted; others do not exist. */
  people: Readonly<Record<string, Record<string, unknown>>>;
  /** Claims go into the ID token; otherwise they are told at the userinfo endpoint alone. */
  areClaimsInIdToken?: boolean;
  /** Laid over the rest of the provider's configuration. */
  changes?: Record<string, unknown>;
};

export type StartedOidcProvider = {
  issuer: string;
  /** Paths that were asked for, in order. */
  requests: string[];
  /** Does what a person does in a browser; gives the address on our side to which they are sent back. */
  visit(url: string, login: string, consent?: Consent): Promise<URL>;
  stop(): Promise<void>;
};

export async function startOidcProvider(options: OidcProviderOptions): Promise<StartedOidcProvider> {
  const { Provider } = await import("oidc-provider");
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url?.split("?")[0] ?? "");
    answer(request, response);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
      else reject(new Error("no port"));
    });
  });
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(issuer, {
    clients: options.clients,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "key-1", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["the keys of a provider that lives for one test"] },
    // Said here, because it warns of each one that it has to choose.
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    conformIdTokenClaims: options.areClaimsInIdToken !== true,
    claims: {
      openid: ["sub"],
      profile: ["name", "preferred_username"],
      email: ["email", "email_verified"],
      groups: ["groups"],
    },
    findAccount: (_context: unknown, id: string) => {
      const claims = options.people[id];
      return claims && { accountId: id, claims: () => ({ ...claims, sub: id }) };
    },
    ...options.changes,
  });
  answer = provider.callback();
  return {
    issuer,
    requests,
    visit: (url, login, consent = "agree") => visit(url, issuer, login, consent),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Each page is a login form, a consent form or a redirect. */
const MAX_PAGES = 20;

async function visit(start: string, issuer: string, login: string, consent: Consent): Promise<URL> {
  const cookies = new Map<string, string>();
  const ask = async (url: URL, form?: Record<string, string>) => {
    const response = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      redirect: "manual",
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]?.split("=", 2) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  let url = new URL(start);
  let form: Record<string, string> | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    if (url.origin !== issuer) return url;
    const response = await ask(url, form);
    form = undefined;
    const location = response.headers.get("location");
    if (location !== null) {
      url = new URL(location, url);
      continue;
    }
    const text = await response.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
    if (action === undefined) throw new Error(`${url.href} answered ${response.status}: ${text.slice(0, 2000)}`);
    if (text.includes('value="login"')) {
      form = { prompt: "login", login, password: "any" };
      url = new URL(action, url);
    } else if (consent === "abort") {
      url = new URL(`${url.pathname}/abort`, url);
    } else {
      form = { prompt: "consent" };
      url = new URL(action, url);
    }
  }
  throw new Error(`${start} goes on and on`);
}
