// Ten thousand tokens that the registry did not issue, or not like this: none lets anybody in anywhere, whatever it says of its key,
// and refusing them costs next to nothing. The ceiling of a genuine one ends with what it was made for.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";
import { CompiledQuery } from "kysely";
import { basic, makeAcme, openAccessRegistry, PASSWORD, type AccessRegistry } from "../support/access.ts";
import { pushImage } from "../server/support/registry.ts";

setDefaultTimeout(180_000);

const COUNT = 10_000;
const ROUTES = [
  ["GET", "/v2/"],
  ["GET", "/v2/_catalog"],
  ["GET", "/v2/acme/api/manifests/1"],
  ["HEAD", "/v2/acme/api/manifests/1"],
  ["GET", "/v2/acme/api/tags/list"],
  ["GET", "/v2/acme/site/tags/list"],
  ["POST", "/v2/acme/api/blobs/uploads/"],
  ["DELETE", "/v2/acme/api/manifests/1"],
  ["GET", "/api/v1/account"],
  ["GET", "/api/v1/account/tokens"],
  ["GET", "/api/v1/audit"],
  ["GET", "/api/v1/repositories"],
] as const;

let registry: AccessRegistry;
/** A genuine token of ann's with all that she may do, and what it is made of. */
let genuine: string;
let header: Record<string, unknown>;
let payload: JWTPayload;
let publicJwk: JWK;
let own: { publicKey: CryptoKey; privateKey: CryptoKey };
/** The registry's own key, which nobody has: what it signs is refused for what it says alone. */
let stolen: CryptoKey;

beforeAll(async () => {
  registry = await openAccessRegistry();
  await makeAcme(registry);
  genuine = await tokenOf("ann", "repository:acme/api:pull,push,delete registry:catalog:*");
  const [first = "", second = ""] = genuine.split(".");
  header = decode(first);
  payload = decode(second);
  const keys = (await (await fetch(`${registry.url}/.well-known/jwks.json`)).json()) as { keys: JWK[] };
  publicJwk = keys.keys[0] ?? {};
  own = await generateKeyPair("ES256", { extractable: true });
  const kept = await registry.database.execute<{ id: string; sealed_private_key: string }>(
    CompiledQuery.raw("select id, sealed_private_key from signing_keys"),
  );
  const [row] = kept.rows;
  const opened = registry.app.auth.sealer.open(row?.sealed_private_key ?? "", `signing-key:${row?.id ?? ""}`);
  // ES256 has no symmetric keys.
  stolen = (await importJWK(JSON.parse(Buffer.from(opened).toString()) as JWK, "ES256")) as CryptoKey;
});
afterAll(() => registry.close());

async function tokenOf(name: string, scope: string): Promise<string> {
  const query = new URLSearchParams({ service: "berth", scope });
  const response = await fetch(`${registry.url}/token?${query.toString()}`, { headers: basic(name) });
  return ((await response.json()) as { token: string }).token;
}

const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function ask(method: string, path: string, authorization: string): Promise<{ status: number; text: string }> {
  const response = await fetch(registry.url + path, { method, headers: { authorization } });
  return { status: response.status, text: await response.text() };
}

/** Signed with somebody else's key. */
async function sign(claims: JWTPayload, head: Record<string, unknown> = {}, key = own.privateKey): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ ...header, alg: "ES256", ...head }).sign(key);
}

function hmac(claims: unknown, secret: string | Buffer, head: Record<string, unknown> = {}): string {
  const signed = `${encode({ ...header, alg: "HS256", ...head })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

const CLAIMS = ["exp", "nbf", "iat", "jti", "iss", "aud", "sub", "access", "berth"];

/** What people who break tokens try, in the order of the numbers. */
async function forge(index: number): Promise<string> {
  const [first = "", second = "", third = ""] = genuine.split(".");
  const jwk = await exportJWK(own.publicKey);
  const root = { ...payload, sub: "root", berth: { ...(payload["berth"] as object), account: 1 } };
  const forgeries: (() => string | Promise<string>)[] = [
    () => `${encode({ ...header, alg: "none" })}.${second}.`,
    () => `${encode({ ...header, alg: ["None", "NONE", "nOnE", ""][index % 4] })}.${encode(root)}.`,
    () => `${encode({ typ: "JWT" })}.${second}.${third}`,
    () => hmac(root, JSON.stringify(publicJwk)),
    () => hmac(root, Buffer.from(publicJwk.x ?? "", "base64url")),
    () => hmac(root, Buffer.from(`${publicJwk.x ?? ""}${publicJwk.y ?? ""}`, "base64url")),
    () => hmac(root, "", { kid: ["/dev/null", "../../../../dev/null", "' or '1'='1", "\u0000"][index % 4] }),
    () => hmac(root, genuine.slice(0, 1 + (index % 40))),
    () => sign(root),
    () => sign(root, { jwk }),
    () => sign(root, { kid: `evil-${index}`, jwk: { ...jwk, kid: `evil-${index}` } }),
    () => sign(root, { jku: `${registry.url}/.well-known/jwks.json?${index}` }),
    () => sign(root, { x5u: "http://127.0.0.1:1/x", x5c: [Buffer.from(`cert-${index}`).toString("base64")] }),
    () => sign(root, { kid: undefined }),
    () => sign(root, { kid: publicJwk.kid, crit: ["exp"], exp: 1 }).catch(() => "x.y.z"),
    () => sign({ ...root, iss: `other-${index}` }),
    () => sign({ ...root, aud: ["berth", `other-${index}`] }),
    () => sign({ ...root, exp: 1 }),
    () => sign({ ...root, nbf: 4_000_000_000 }),
    () => sign(without(root, CLAIMS[index % CLAIMS.length] ?? "")),
    // Signed with the registry's own key, but not as it would.
    () => sign({ ...payload, iss: `other-${index}` }, {}, stolen),
    () => sign({ ...payload, aud: `other-${index}` }, {}, stolen),
    () => sign({ ...payload, exp: 1 + index }, {}, stolen),
    () => sign({ ...payload, nbf: 4_000_000_000 + index }, {}, stolen),
    () => sign(without(payload, CLAIMS[index % CLAIMS.length] ?? ""), {}, stolen),
    () => sign({ ...payload, berth: [null, 1, "x", [], {}, { account: null }, { account: 1 }][index % 7] }, {}, stolen),
    () => sign({ ...payload, access: [null, 1, "x", {}, [null], ["x"]][index % 6] }, {}, stolen),
    () => sign({ ...payload, berth: { ...(payload["berth"] as object), account: 1e9 + index } }, {}, stolen),
    () => sign({ ...payload, berth: { ...(payload["berth"] as object), passwordChangedAt: index } }, {}, stolen),
    () => sign({ ...payload, berth: { ...(payload["berth"] as object), credential: null } }, {}, stolen),
    () =>
      sign(
        { ...payload, berth: { account: 2, credential: { kind: "token", id: 1e9 + index, name: "x" } } },
        {},
        stolen,
      ),
    () => sign(payload, { typ: "at+jwt" }, stolen),
    () => sign(payload, { kid: `other-${index}` }, stolen),
    // Genuine signatures over something else.
    () => `${first}.${encode({ ...payload, exp: 4_000_000_000 + index })}.${third}`,
    () =>
      `${first}.${encode({ ...payload, access: [{ type: "repository", name: "*", actions: ["*"], repository: index }] })}.${third}`,
    () => `${first}.${encode(root)}.${third}`,
    () => `${encode({ ...header, typ: "at+jwt" })}.${second}.${third}`,
    () => `${encode({ ...header, b64: false, crit: ["b64"] })}.${second}.${third}`,
    () => genuine.slice(0, 1 + (index % (genuine.length - 1))),
    () => genuine.slice(1 + (index % (genuine.length - 1))),
    () => flip(genuine, index),
    () => flip(genuine, index * 7 + 3),
    () => `${first}.${second}.${Buffer.alloc(64).toString("base64url")}`,
    // The signature that a bad comparison with zero takes for right.
    () => `${first}.${second}.${Buffer.alloc(64, index % 256).toString("base64url")}`,
    () => `${second}.${first}.${third}`,
    () => `${first}.${second}.${third}.${third}`,
    () => `${first}..${third}`,
    () => `..${index}`,
    () => `${genuine}A${index % 10}`,
    () => `${encode(JSON.parse(`{"alg":"ES256","alg":"none","kid":"${publicJwk.kid ?? ""}"}`))}.${second}.${third}`,
    () => `ey${"a".repeat(index % 9_000)}.${"b".repeat(10)}.${"c".repeat(86)}`,
    () => `berth_pat_${genuine.slice(30, 66)}`,
  ];
  return await (forgeries[index % forgeries.length] ?? (() => ""))();
}

function without(claims: JWTPayload, name: string): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}

/** With another character somewhere; the bits that base64 leaves unused do not count. */
function flip(text: string, index: number): string {
  const at = index % (text.length - 1);
  const letter = text[at] === "." ? "-" : text[at] === "A" ? "B" : "A";
  return text.slice(0, at) + letter + text.slice(at + 1);
}

test("the genuine one is accepted, and so the others are refused for what they are", async () => {
  expect((await ask("GET", "/v2/acme/api/manifests/1", `Bearer ${genuine}`)).status).toBe(200);
  expect((await ask("GET", "/v2/_catalog", `Bearer ${genuine}`)).status).toBe(200);
});

test(`${COUNT} forged tokens: none is accepted on any route, quickly, and nothing of them stays`, async () => {
  for (let index = 0; index < 500; index += 1) await ask("GET", "/v2/", `Bearer ${await forge(index)}`);
  Bun.gc(true);
  const rssBefore = process.memoryUsage.rss();
  const times: number[] = [];
  const accepted: string[] = [];
  const failed: string[] = [];
  for (let index = 0; index < COUNT; index += 1) {
    const token = await forge(index);
    const [method, path] = ROUTES[index % ROUTES.length] ?? ROUTES[0];
    const startedAt = performance.now();
    const { status, text } = await ask(method, path, `Bearer ${token}`);
    times.push(performance.now() - startedAt);
    const isRefused = status === 401;
    if (status >= 500) failed.push(`${index} ${method} ${path} ${status} ${text}`);
    else if (!isRefused) accepted.push(`${index} ${method} ${path} ${status} ${token}`);
  }
  expect(failed).toEqual([]);
  expect(accepted).toEqual([]);
  Bun.gc(true);
  const p99 = times.sort((a, b) => a - b)[Math.floor(COUNT * 0.99)] ?? 0;
  expect(p99).toBeLessThan(50);
  expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(96 * 2 ** 20);
  // Still the same.
  expect((await ask("GET", "/v2/acme/api/manifests/1", `Bearer ${genuine}`)).status).toBe(200);
});

test("a forged one opens nothing public that a stranger would not see, and the refusal says what it is", async () => {
  const response = await fetch(`${registry.url}/v2/acme/site/manifests/1`, {
    headers: { authorization: `Bearer ${flip(genuine, 300)}` },
  });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
});

test("another instance's token is a stranger's here", async () => {
  const other = await openAccessRegistry();
  try {
    await makeAcme(other);
    const query = new URLSearchParams({ service: "berth", scope: "repository:acme/api:pull" });
    const { token } = (await (
      await fetch(`${other.url}/token?${query.toString()}`, { headers: basic("ann") })
    ).json()) as {
      token: string;
    };
    expect((await ask("GET", "/v2/acme/api/manifests/1", `Bearer ${token}`)).status).toBe(401);
  } finally {
    await other.close();
  }
});

test("a token reaches what it was made for: other actions and repositories need another one", async () => {
  const token = await tokenOf("ann", "repository:acme/api:pull");
  expect((await ask("GET", "/v2/acme/api/manifests/1", `Bearer ${token}`)).status).toBe(200);
  for (const [method, path] of [
    ["POST", "/v2/acme/api/blobs/uploads/"],
    ["DELETE", "/v2/acme/api/manifests/1"],
    ["POST", "/v2/acme/other/blobs/uploads/"],
    ["POST", "/v2/acme/site/blobs/uploads/"],
  ] as const) {
    const response = await fetch(registry.url + path, { method, headers: { authorization: `Bearer ${token}` } });
    expect([path, response.status]).toEqual([path, 401]);
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  }
  // A token without any right is no right to the hub API either.
  for (const path of ["/api/v1/account/tokens", "/api/v1/audit"]) {
    expect([path, (await ask("GET", path, `Bearer ${token}`)).status]).not.toEqual([path, 200]);
  }
  // Whatever its entries say, the account must be allowed it.
  const ids = payload["access"] as object[];
  const zoe = { ...decode((await tokenOf("zoe", "repository:acme/api:pull")).split(".")[1] ?? ""), access: ids };
  expect((await ask("GET", "/v2/acme/api/manifests/1", `Bearer ${await sign(zoe, {}, stolen)}`)).status).toBe(403);
  const reader = await tokenOf("bob", "repository:acme/api:pull,push,delete repository:acme/api:*");
  expect((await ask("POST", "/v2/acme/api/blobs/uploads/", `Bearer ${reader}`)).status).toBe(403);
});

test("a token ends with its repository, and with its namespace: another one of the name is another one", async () => {
  const ids = "(select id from repositories where name = 'acme/short')";
  await registry.change(
    "insert into repositories (namespace_id, name, created_at) select id, 'acme/short', 1 from namespaces where name = 'acme'",
  );
  const token = await tokenOf("ann", "repository:acme/short:pull,push");
  expect((await ask("GET", "/v2/acme/short/tags/list", `Bearer ${token}`)).status).toBe(200);
  await registry.change(
    `delete from repositories where id = ${ids}`,
    "insert into repositories (namespace_id, name, created_at) select id, 'acme/short', 2 from namespaces where name = 'acme'",
  );
  expect((await ask("GET", "/v2/acme/short/tags/list", `Bearer ${token}`)).status).toBe(401);
  expect((await ask("POST", "/v2/acme/short/blobs/uploads/", `Bearer ${token}`)).status).toBe(401);

  // For a name that there is nothing of yet, it is the namespace that must stay the same.
  await registry.addOrganisation("brief", "ann");
  const early = await tokenOf("ann", "repository:brief/app:pull,push");
  await registry.change("delete from namespaces where name = 'brief'");
  await registry.addOrganisation("brief", "ann");
  expect((await ask("POST", "/v2/brief/app/blobs/uploads/", `Bearer ${early}`)).status).toBe(401);
});

test("no part of a personal access token is one, nor is one with another character", async () => {
  const token = await registry.addToken("ann");
  const statusOf = async (text: string) =>
    (await fetch(`${registry.url}/v2/`, { headers: { authorization: `Bearer ${text}` } })).status;
  expect(await statusOf(token)).toBe(200);
  for (let length = 1; length < token.length; length += 1) {
    expect([length, await statusOf(token.slice(0, length))]).toEqual([length, 401]);
    expect([length, await statusOf(token.slice(length))]).toEqual([length, 401]);
  }
  for (let at = 0; at < token.length; at += 1) {
    const other = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    expect([at, await statusOf(other)]).toEqual([at, 401]);
  }
  for (const text of [`${token}${token}`, `${token}=`, token.toUpperCase(), `${token}%00`]) {
    expect(await statusOf(text)).toBe(401);
  }
  expect((await fetch(`${registry.url}/v2/`, { headers: basic("ann", token) })).status).toBe(200);
});

/** What a raw request is answered with: its status, 0 when the connection was closed without one. */
async function raw(lines: readonly string[]): Promise<number> {
  return await new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: registry.port }, () => {
      socket.write(
        Buffer.from(
          `GET /v2/acme/api/manifests/1 HTTP/1.1\r\nHost: ${registry.host}\r\nConnection: close\r\n${lines.join("\r\n")}\r\n\r\n`,
          "latin1",
        ),
      );
    });
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)));
  });
}

test("odd Authorization headers are refused, and end no server", async () => {
  const good = basic("ann")["authorization"] ?? "";
  expect(await raw([`Authorization: ${good}`])).toBe(200);
  const odd = [
    `Authorization: Bearer ${"a".repeat(15 * 1024)}`,
    `Authorization: Bearer ${".".repeat(15 * 1024)}`,
    `Authorization: Basic ${"QUFB".repeat(3_800)}`,
    `Authorization: Basic ${Buffer.from(`ann:${"x".repeat(5_000)}`).toString("base64")}`,
    `Authorization: Bearer ${".".repeat(2)}`,
    "Authorization: Bearer",
    "Authorization: Bearer  ",
    "Authorization: Basic",
    "Authorization: Basic !!!!",
    `Authorization: Basic ${Buffer.from("ann").toString("base64")}`,
    `Authorization: Basic ${Buffer.from(`ann\0:${PASSWORD}`).toString("base64")}`,
    `Authorization: Basic ${Buffer.from(`ann:${PASSWORD}\0`).toString("base64")}`,
    `Authorization: Basic ${Buffer.from([255, 254, 58, 255]).toString("base64")}`,
    `Authorization: Digest username="ann"`,
    `Authorization: Negotiate abc`,
    `Authorization: ${genuine}`,
    `Authorization: Bearer Bearer ${genuine}`,
    `Authorization: Bearer ${genuine} x`,
    `Authorization: Bearer ${genuine},${genuine}`,
    "Authorization: \u00e9\u00ff",
  ];
  for (const line of odd) expect([line.slice(0, 60), await raw([line])]).toEqual([line.slice(0, 60), 401]);
  // A NUL makes the request itself malformed.
  expect([400, 401, 0]).toContain(await raw([`Authorization: Bearer ${genuine}\0`]));
  // Two of them: never the better one.
  for (const lines of [
    [`Authorization: ${good}`, "Authorization: Bearer x.y.z"],
    ["Authorization: Bearer x.y.z", `Authorization: ${good}`],
    [`Authorization: ${good}`, `Authorization: Bearer ${genuine}`],
  ]) {
    expect([400, 401]).toContain(await raw(lines));
  }
  expect(await raw([`Authorization: ${good}`])).toBe(200);
});

test("a wrong or endless token does not make the server work: a thousand at once are refused within a second or so", async () => {
  await pushImage(registry.url, "acme/api", "2", 10).catch(() => undefined);
  const startedAt = performance.now();
  const statuses = await Promise.all(
    Array.from(
      { length: 1_000 },
      async (_, index) => (await ask("GET", "/v2/", `Bearer ${flip(genuine, index)}`)).status,
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
