// What is taken away is gone with the next request, whatever was handed out before, short-lived tokens included; on another node over the
// same database within ten seconds or so. Everything is taken away over the hub API, as people do.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { basic, makeAcme, openAccessRegistry, PASSWORD, type AccessRegistry } from "../../support/access.ts";
import { lackingPostgres, startPostgres, type Postgres } from "../../support/postgres.ts";

setDefaultTimeout(120_000);

/** What is remembered of rights where others write too lives for 5 s, and what was concluded from it for as long again. */
const WITHIN_MS = 11_000;

type Headers = Record<string, string>;
type Credentials = Record<"password" | "personal" | "refresh" | "short-lived", Headers>;

type Ask = (method: string, path: string, as: Record<string, string>, body?: object) => Promise<Answer>;
type Answer = { status: number; text: string };

function askerOf(url: () => string): Ask {
  return async (method, path, as, body) => {
    const headers = { ...as, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(url() + path, init);
    return { status: response.status, text: await response.text() };
  };
}

/** Everything that a person can be let in with; the short-lived token is for all of the repository. */
async function credentialsOf(registry: AccessRegistry, name: string, repository: string): Promise<Credentials> {
  const query = new URLSearchParams({ service: "berth", scope: `repository:${repository}:pull,push` });
  const issued = await fetch(`${registry.url}/token?${query.toString()}`, { headers: basic(name) });
  return {
    password: basic(name),
    personal: basic(name, await registry.addToken(name)),
    refresh: { authorization: `Bearer ${await registry.addToken(name, { kind: "refresh" })}` },
    "short-lived": { authorization: `Bearer ${((await issued.json()) as { token: string }).token}` },
  };
}

const bearerFrom = async (ask: Ask, as: Record<string, string>, repository: string) => {
  const { text } = await ask("GET", `/token?service=berth&scope=repository:${repository}:pull`, as);
  return { authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}` };
};

/** Three personal access tokens: the second made with the first, the third with the second. */
async function chainOf(ask: Ask, name: string): Promise<[first: Headers, second: Headers, third: Headers]> {
  const next = async (as: Headers): Promise<Headers> => {
    const made = await ask("POST", "/api/v1/account/tokens", as, { name: "chained", scopes: null, expiresAt: null });
    expect([made.status, made.text]).toEqual([201, made.text]);
    return basic(name, (JSON.parse(made.text) as { text: string }).text);
  };
  const first = await next(basic(name));
  const second = await next(first);
  return [first, second, await next(second)];
}

type Case = {
  name: string;
  /** Who loses it, and what on. */
  who: string;
  on: string;
  method?: "GET" | "POST";
  take: (registry: AccessRegistry, ask: Ask) => Promise<Answer>;
};

const OWNER = basic("ann");
const ADMIN = basic("root");

async function grantId(ask: Ask, subject: string): Promise<string> {
  const { text } = await ask("GET", "/api/v1/namespaces/acme/grants", OWNER);
  const { items } = JSON.parse(text) as { items: { id: string; subject: { name: string } }[] };
  return items.find((it) => it.subject.name === subject)?.id ?? "0";
}

/** In this order: each takes something that those before have left. */
const CASES: readonly Case[] = [
  {
    name: "a grant to an account",
    who: "mia",
    on: "acme/api",
    method: "POST",
    take: async (_, ask) => await ask("DELETE", `/api/v1/namespaces/acme/grants/${await grantId(ask, "mia")}`, OWNER),
  },
  {
    name: "the membership in a team",
    who: "bob",
    on: "acme/api",
    take: async (_, ask) => await ask("DELETE", "/api/v1/namespaces/acme/teams/qa/members/bob", OWNER),
  },
  {
    name: "a grant to a team",
    who: "carl",
    on: "acme/api",
    method: "POST",
    take: async (_, ask) => await ask("DELETE", `/api/v1/namespaces/acme/grants/${await grantId(ask, "dev")}`, OWNER),
  },
  {
    name: "what was public",
    who: "zoe",
    on: "acme/site",
    take: async (_, ask) => await ask("PATCH", "/api/v1/repositories/acme/site", OWNER, { visibility: "private" }),
  },
  {
    name: "an account, by disabling it",
    who: "otto",
    on: "acme/api",
    take: async (_, ask) => await ask("PATCH", "/api/v1/accounts/otto", ADMIN, { isDisabled: true }),
  },
  {
    name: "a repository, by deleting it",
    who: "ann",
    on: "acme/site",
    take: async (_, ask) => await ask("DELETE", "/api/v1/repositories/acme/site", OWNER),
  },
  {
    name: "a namespace, by deleting it",
    who: "ann",
    on: "acme/api",
    take: async (_, ask) => await ask("DELETE", "/api/v1/namespaces/acme", OWNER),
  },
];

function pathOf({ on, method = "GET" }: Case): [string, string] {
  return [method, method === "POST" ? `/v2/${on}/blobs/uploads/` : `/v2/${on}/tags/list`];
}

describe("on one node, with the next request", () => {
  let registry: AccessRegistry;
  const ask = askerOf(() => registry.url);

  beforeAll(async () => {
    registry = await openAccessRegistry();
    await makeAcme(registry);
  });
  afterAll(() => registry.close());

  for (const it of CASES) {
    test(it.name, async () => {
      const credentials = Object.entries(await credentialsOf(registry, it.who, it.on));
      for (const [name, as] of credentials) {
        const { status } = await ask(...pathOf(it), as);
        expect([name, status]).toEqual([name, it.method === "POST" ? 202 : 200]);
      }
      const taken = await it.take(registry, ask);
      expect([taken.status < 300, taken.text]).toEqual([true, taken.text]);
      for (const [name, as] of credentials) {
        const { status } = await ask(...pathOf(it), as);
        expect([name, [401, 403, 404].includes(status) ? "gone" : status]).toEqual([name, "gone"]);
      }
    });
  }

  test("a token, with what was made with it", async () => {
    const made = await ask("POST", "/api/v1/account/tokens", basic("carl"), {
      name: "ci",
      scopes: null,
      expiresAt: null,
    });
    expect(made.status).toBe(201);
    const [text = ""] = /berth_pat_\w{30,}/.exec(made.text) ?? [];
    const as = basic("carl", text);
    const bearer = await bearerFrom(ask, as, "carl/app");
    for (const one of [as, bearer]) expect((await ask("GET", "/v2/", one)).status).toBe(200);
    const id = await registry.find("select max(id) from tokens");
    expect((await ask("DELETE", `/api/v1/account/tokens/${id}`, basic("carl"))).status).toBe(204);
    for (const one of [as, bearer]) expect((await ask("GET", "/v2/", one)).status).toBe(401);
  });

  test("a token, with the tokens that were made with it, and those made with them", async () => {
    const [first, second, third] = await chainOf(ask, "carl");
    const bearer = await bearerFrom(ask, third, "carl/app");
    for (const one of [first, second, third, bearer]) expect((await ask("GET", "/v2/", one)).status).toBe(200);
    const id = await registry.find("select min(id) from tokens where name = 'chained'");
    expect((await ask("DELETE", `/api/v1/account/tokens/${id}`, basic("carl"))).status).toBe(204);
    for (const one of [first, second, third, bearer]) expect((await ask("GET", "/v2/", one)).status).toBe(401);
  });

  test("a token is shown under no other name, whatever that one may", async () => {
    const token = await registry.addToken("zoe");
    const refresh = await registry.addToken("zoe", { kind: "refresh" });
    const robot = await registry.addToken("acme-ci", { kind: "robot" });
    for (const secret of [token, refresh, robot]) {
      for (const name of ["root", "carl", "nobody", ""]) {
        expect([name, (await ask("GET", "/v2/", basic(name, secret))).status]).toEqual([name, 401]);
        expect([name, (await ask("GET", "/token?service=berth", basic(name, secret))).status]).toEqual([name, 401]);
      }
    }
    for (const secret of [token, refresh]) expect((await ask("GET", "/v2/", basic("zoe", secret))).status).toBe(200);
  });

  test("a password, with the logins that were made with it", async () => {
    const credentials = await credentialsOf(registry, "zoe", "zoe/app");
    for (const as of Object.values(credentials)) expect((await ask("GET", "/v2/", as)).status).toBe(200);
    const body = { oldPassword: PASSWORD, newPassword: "quite another long phrase" };
    expect((await ask("POST", "/api/v1/account/password", basic("zoe"), body)).status).toBeLessThan(300);
    for (const name of ["password", "refresh", "short-lived"] as const) {
      expect([name, (await ask("GET", "/v2/", credentials[name])).status]).toEqual([name, 401]);
    }
    expect((await ask("GET", "/v2/", basic("zoe", "quite another long phrase"))).status).toBe(200);
  });

  test("all credentials of an account, by an administrator", async () => {
    const credentials = await credentialsOf(registry, "mia", "mia/app");
    for (const as of Object.values(credentials)) expect((await ask("GET", "/v2/", as)).status).toBe(200);
    expect((await ask("DELETE", "/api/v1/accounts/mia/credentials", ADMIN)).status).toBeLessThan(300);
    for (const name of ["personal", "refresh"] as const) {
      expect([name, (await ask("GET", "/v2/", credentials[name])).status]).toEqual([name, 401]);
    }
  });
});

const reason = lackingPostgres();
if (reason !== null) console.error(`skip: on two nodes: ${reason}`);

describe.skipIf(reason !== null)(`on two nodes over one database, within ten seconds or so on the other`, () => {
  let postgres: Postgres;
  let first: AccessRegistry;
  let second: AccessRegistry;
  const askFirst = askerOf(() => first.url);
  const askSecond = askerOf(() => second.url);

  beforeAll(async () => {
    postgres = await startPostgres();
    const postgresUrl = await postgres.createDatabase();
    // Memory as storage: the second node shares the rows and no bytes.
    first = await openAccessRegistry({ postgresUrl });
    await makeAcme(first);
    const environment = { BERTH_SECRET_KEY_FILE: `${first.dataDirectory}/keys/secret.key` };
    second = await openAccessRegistry({ postgresUrl, environment });
  });
  afterAll(async () => {
    await second?.close();
    await first?.close();
    await postgres?.stop();
  });

  for (const it of CASES) {
    test(it.name, async () => {
      const credentials = Object.entries(await credentialsOf(first, it.who, it.on));
      for (const [name, as] of credentials) {
        const { status } = await askSecond(...pathOf(it), as);
        expect([name, status]).toEqual([name, it.method === "POST" ? 202 : 200]);
      }
      const taken = await it.take(first, askFirst);
      expect([taken.status < 300, taken.text]).toEqual([true, taken.text]);
      const deadline = performance.now() + WITHIN_MS;
      for (const [name, as] of credentials) {
        let status = (await askSecond(...pathOf(it), as)).status;
        while (status < 300 && performance.now() < deadline) {
          await Bun.sleep(100);
          ({ status } = await askSecond(...pathOf(it), as));
        }
        expect([name, [401, 403, 404].includes(status) ? "gone" : status]).toEqual([name, "gone"]);
      }
    });
  }

  test("a token, with the tokens that were made with it", async () => {
    const chain = await chainOf(askFirst, "carl");
    for (const one of chain) expect((await askSecond("GET", "/v2/", one)).status).toBe(200);
    const id = await first.find("select min(id) from tokens where name = 'chained'");
    expect((await askFirst("DELETE", `/api/v1/account/tokens/${id}`, basic("carl"))).status).toBe(204);
    const deadline = performance.now() + WITHIN_MS;
    for (const one of chain) {
      let { status } = await askSecond("GET", "/v2/", one);
      while (status === 200 && performance.now() < deadline) {
        await Bun.sleep(100);
        ({ status } = await askSecond("GET", "/v2/", one));
      }
      expect(status).toBe(401);
    }
  });
});
