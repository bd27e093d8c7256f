// An issuer of signed tokens on this machine that does whatever a test wants: it publishes keys, signs anything,
// and each of its answers can be replaced.

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export type TokenIssuer = {
  issuer: string;
  /** Paths that were asked for, in order. */
  requests: string[];
  /** By path, instead of the usual answer. */
  answers: Map<string, (request: Request) => Response | Promise<Response>>;
  /** The public keys as published. */
  keys: JWK[];
  /** Makes a key pair, published unless told otherwise. */
  addKey(kid: string, alg?: string, isPublished?: boolean): Promise<void>;
  /** Signs with a key that `addKey` made; the first one by default. */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>, kid?: string): Promise<string>;
  stop(): Promise<void>;
};

/** With one published key, `key-1` for ES256. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const requests: string[] = [];
  const keys: JWK[] = [];
  const answers: TokenIssuer["answers"] = new Map();
  const privateKeys = new Map<string, { alg: string; key: CryptoKey }>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: (request): Response | Promise<Response> => {
      const { pathname, origin } = new URL(request.url);
      requests.push(pathname);
      const answer = answers.get(pathname);
      if (answer) return answer(request);
      if (pathname === "/jwks") return Response.json({ keys });
      if (pathname === "/.well-known/openid-configuration") return Response.json(discoveryOf(origin));
      return new Response("not here", { status: 404 });
    },
  });
  const issuer = `http://127.0.0.1:${server.port}`;
  const addKey = async (kid: string, alg = "ES256", isPublished = true) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    privateKeys.set(kid, { alg, key: pair.privateKey });
    if (isPublished) keys.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig" });
  };
  await addKey("key-1");
  return {
    issuer,
    requests,
    answers,
    keys,
    addKey,
    sign: (claims, header = {}, kid = "key-1") => {
      const signer = privateKeys.get(kid);
      if (!signer) throw new Error(`there is no key ${kid}`);
      return new SignJWT(claims).setProtectedHeader({ alg: signer.alg, kid, ...header }).sign(signer.key);
    },
    stop: () => server.stop(true),
  };
}

export function discoveryOf(issuer: string): Record<string, unknown> {
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    id_token_signing_alg_values_supported: ["RS256", "ES256", "HS256", "none"],
  };
}
