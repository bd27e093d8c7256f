// Every route of the running application, asked by everyone: `matrix.txt` beside this file says who gets where, and a route that is
// not in it fails. UPDATE_MATRIX=1 writes the file anew; read what has changed. What changes something is stopped at the door, so
// that all of it can be asked in one go; what only reads is answered.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Needs } from "../../../src/access/needs.ts";
import { basic, makeAcme, openAccessRegistry, type AccessRegistry } from "../../support/access.ts";
import { digestOf } from "../../support/stored.ts";

setDefaultTimeout(180_000);

const FILE = join(import.meta.dir, "matrix.txt");
const HEADING = `# Who gets where. Written by matrix.test.ts; a line a route and state of what it is about.
#
#   yes   it is done, or answered          401 403 404   refused at the door, before anything was looked at
#   (404) let in, and then refused or told that there is nothing
#
# outsider: has an account, and no right here. reader: by a team's grant. writer: likewise. maintainer: of the repositories.
# owner: of the organisation. robot: may write. limited: the owner's token for pulls of public and private repositories.
# beyond: the administrator's token for everything, in another namespace.
# Where the state is missing the organisation is there, and what it is about is not.
`;

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const PRINCIPALS = [
  "anonymous",
  "outsider",
  "reader",
  "writer",
  "maintainer",
  "owner",
  "auditor",
  "admin",
  "robot",
  "limited",
  "beyond",
] as const;
/** What captures are filled with; `name` and `repository` go by the state. */
const CAPTURES: Record<string, string> = {
  account: "ann",
  digest: digestOf(new TextEncoder().encode("{}")),
  id: "0".repeat(32),
  namespace: "acme",
  reference: "1",
  robot: "acme-ci",
  tag: "1",
  team: "qa",
};

let registry: AccessRegistry;
let headers: Record<(typeof PRINCIPALS)[number], Record<string, string>>;
/** Whether the last request came as far as its handler. */
let isThrough = false;

beforeAll(async () => {
  registry = await openAccessRegistry();
  await makeAcme(registry);
  await registry.grant("acme", "mia", "maintain", "acme/*");
  const scopes = [{ actions: ["pull"] as const, pattern: "acme/*" }];
  const elsewhere = [{ actions: ["pull", "push", "delete", "manage"] as const, pattern: "other/*" }];
  headers = {
    anonymous: {},
    outsider: basic("zoe"),
    reader: basic("bob"),
    writer: basic("carl"),
    maintainer: basic("mia"),
    owner: basic("ann"),
    auditor: basic("otto"),
    admin: basic("root"),
    robot: basic("acme-ci", await registry.addToken("acme-ci", { kind: "robot" })),
    limited: basic("ann", await registry.addToken("ann", { scopes })),
    beyond: basic("root", await registry.addToken("root", { scopes: elsewhere })),
  };
  // Those of the hub API are made when somebody first asks.
  await registry.app.router.load();
  for (const route of registry.app.router.routes) {
    const { handle } = route;
    route.handle = (context, caller) => {
      isThrough = true;
      return route.method === "GET" ? handle(context, caller) : new Response(null, { status: 204 });
    };
  }
});
afterAll(() => registry.close());

const STATES: Record<Needs["on"] | "name", readonly string[]> = {
  name: ["public", "private", "missing"],
  repository: ["public", "private", "missing"],
  namespace: ["there", "missing"],
  account: ["there", "missing"],
  public: ["-"],
  anyone: ["-"],
  caller: ["-"],
  system: ["-"],
};

function statesOf(path: string, needs: Needs): readonly string[] {
  return path.includes("<name>") || path.includes("<repository>") ? STATES.name : STATES[needs.on];
}

function fill(path: string, state: string): string {
  const repository = { public: "acme/site", private: "acme/api", missing: "acme/nothing" }[state] ?? "acme/api";
  return path.replaceAll(/<(\w+)>/g, (_, word: string) => {
    if (word === "name" || word === "repository") return repository;
    if (state === "missing" && (word === "namespace" || word === "account")) return "nothing";
    return CAPTURES[word] ?? "1";
  });
}

async function cell(method: string, path: string, as: Record<string, string>): Promise<string> {
  isThrough = false;
  const response = await fetch(registry.url + path, { method, headers: as });
  await response.arrayBuffer();
  const { status } = response;
  if (!isThrough) return String(status);
  return [401, 403, 404].includes(status) ? `(${status})` : status >= 500 ? `!${status}` : "yes";
}

test("every route answers everyone as the table says", async () => {
  const lines: string[] = [];
  const routes = registry.app.router.routes.toSorted((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : METHODS.indexOf(a.method) - METHODS.indexOf(b.method),
  );
  const width = Math.max(...routes.map(({ method, path }) => `${method} ${path}`.length));
  const head = `${"".padEnd(width)}  ${"state".padEnd(7)}  ${PRINCIPALS.join("  ")}`;
  for (const { method, path, needs } of routes) {
    for (const state of statesOf(path, needs)) {
      const cells: string[] = [];
      for (const who of PRINCIPALS)
        cells.push((await cell(method, fill(path, state), headers[who])).padEnd(who.length));
      lines.push(`${`${method} ${path}`.padEnd(width)}  ${state.padEnd(7)}  ${cells.join("  ")}`.trimEnd());
    }
  }
  const text = `${HEADING}\n${head}\n${lines.join("\n")}\n`;
  if (process.env["UPDATE_MATRIX"] === "1") await Bun.write(FILE, text);
  expect(text.split("\n")).toEqual((await Bun.file(FILE).text()).split("\n"));
});

/** Everything that an answer says, but for what is of one request alone. */
async function whole(method: string, path: string, as: Record<string, string>, name: string): Promise<string> {
  const response = await fetch(registry.url + path, { method, headers: as });
  const bytes = await response.text();
  const said = [...response.headers]
    .filter(([key]) => !["date", "x-request-id"].includes(key))
    .map((it) => it.join(": "));
  const id = response.headers.get("x-request-id") ?? "-";
  return [response.status, ...said.sort(), bytes].join("\n").replaceAll(id, "ID").replaceAll(name, "NAME");
}

test("what is private and what is missing are told alike to those who may see neither", async () => {
  const told: string[] = [];
  const outsiders = [{}, headers.outsider, basic("zoe", await registry.addToken("zoe"))];
  const bearer = async (name: string) => {
    const query = new URLSearchParams({ service: "berth", scope: `repository:${name}:pull,push` });
    const response = await fetch(`${registry.url}/token?${query.toString()}`, { headers: headers.outsider });
    return { authorization: `Bearer ${((await response.json()) as { token: string }).token}` };
  };
  for (const { method, path, needs } of registry.app.router.routes) {
    if (!path.includes("<name>") && !path.includes("<repository>")) continue;
    for (const methodAsked of method === "GET" ? ["GET", "HEAD"] : [method]) {
      for (const [index, as] of [...outsiders, null].entries()) {
        const ask = async (name: string) =>
          await whole(methodAsked, fill(path, "private").replace("acme/api", name), as ?? (await bearer(name)), name);
        // In the same organisation, in another one, and in one that is not there.
        const [secret, ...others] = [await ask("acme/api"), await ask("acme/abc"), await ask("acmx/abc")];
        for (const other of others)
          if (other !== secret) told.push(`${methodAsked} ${path} ${index}\n${secret}\n--\n${other}`);
      }
    }
    // A page of the site is the same for everyone; what it shows it asks the hub API for.
    if (/^\/(?:api|v2)\//.test(path)) expect(needs.on).not.toBe("public");
  }
  expect(told).toEqual([]);
});

test("a namespace and an account that one may not see are told as missing ones", async () => {
  // Private organisations without anything public.
  await registry.addOrganisation("closed", "ann");
  const told: string[] = [];
  for (const { method, path } of registry.app.router.routes) {
    for (const [word, there, missing] of [
      ["<namespace>", "closed", "absent"],
      ["<account>", "mia", "moe"],
    ] as const) {
      if (!path.includes(word) || (word === "<account>" && path.includes("<namespace>"))) continue;
      for (const as of [{}, headers.outsider]) {
        const ask = (name: string) => whole(method, fill(path.replace(word, name), "-"), as, name);
        const [first, second] = [await ask(there), await ask(missing)];
        if (first !== second) told.push(`${method} ${path}\n${first}\n--\n${second}`);
      }
    }
  }
  expect(told).toEqual([]);
});

test("lists, searches and counts hold what their reader could pull, and nothing else", async () => {
  for (const who of PRINCIPALS) {
    const get = async (path: string) => {
      const response = await fetch(registry.url + path, { headers: headers[who] });
      return { status: response.status, text: await response.text() };
    };
    for (const name of ["acme/api", "acme/site"]) {
      const mayPull = (await get(`/v2/${name}/tags/list`)).status === 200;
      for (const list of [
        "/v2/_catalog",
        "/api/v1/repositories",
        "/v1/search?q=acme",
        "/api/v1/repositories?q=a&sort=updated",
      ]) {
        const { status, text } = await get(list);
        expect([who, name, list, status, text.includes(`"${name}"`)]).toEqual([who, name, list, 200, mayPull]);
      }
    }
    const { results, num_results: found } = JSON.parse((await get("/v1/search?q=acme")).text) as {
      results: unknown[];
      num_results: number;
    };
    expect([who, found]).toEqual([who, results.length]);
  }
});

test("nothing that does not exist is a server's error", async () => {
  for (const { method, path } of registry.app.router.routes) {
    const asked = fill(path, "missing").replaceAll("/1", "/404");
    const response = await fetch(registry.url + asked, { method, headers: headers.admin });
    expect([method, path, response.status < 500]).toEqual([method, path, true]);
  }
});
