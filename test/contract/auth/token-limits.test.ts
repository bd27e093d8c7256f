// What tokens are made with, how many there may be, and under whose name they are shown. On both databases, with two at once.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { OPERATOR } from "../../../src/access/principal.ts";
import { MAX_TOKENS } from "../../../src/auth/token-room.ts";
import { OwnAccount } from "../../../src/auth/own-account.ts";
import type { TokenKind } from "../../../src/auth/tokens.ts";
import { type AccessRegistry, basic, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { asker, sessionOf } from "./asking.ts";

setDefaultTimeout(60_000);

const createPostgres = sharePostgres();
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

for (const kind of DATABASES) {
  describeUnless(`tokens' makers and limits on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let ask: ReturnType<typeof asker>;
    let people = 0;

    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createPostgres() } : {});
      await claim(registry);
      ask = asker(registry.url);
    });
    afterAll(() => registry.close());

    const newPerson = async () => {
      people += 1;
      const name = `t${people}`;
      const id = await registry.addPerson(name);
      const begin = async () =>
        sessionOf(await ask("POST", "/api/v1/session", { body: { name, password: PASSWORD } }), registry.url).own;
      return { id, name, begin, own: await begin() };
    };
    const newToken = async (headers: Record<string, string>, body: object = {}) => {
      const asked = { name: "t", scopes: null, expiresAt: null, ...body };
      const { status, json, text } = await ask("POST", "/api/v1/account/tokens", { headers, body: asked });
      const token = json["token"] as { id: string } | undefined;
      return { status, body: text, text: String(json["text"]), id: token?.id ?? "" };
    };
    const statusOf = async (headers: Record<string, string>) =>
      (await fetch(`${registry.url}/v2/`, { headers })).status;
    const revoke = async (headers: Record<string, string>, id: string) =>
      (await ask("DELETE", `/api/v1/account/tokens/${id}`, { headers })).status;
    const jwtOf = async (headers: Record<string, string>) => {
      const answer = await fetch(`${registry.url}/token?service=berth`, { headers });
      return bearer(((await answer.json()) as { token: string }).token);
    };
    const logIn = async (name: string, client: string) => {
      const query = new URLSearchParams({ service: "berth", offline_token: "true", client_id: client });
      const answer = await fetch(`${registry.url}/token?${query.toString()}`, { headers: basic(name) });
      return { status: answer.status, ...((await answer.json()) as { refresh_token?: string }) };
    };
    const countOf = (id: number, of: TokenKind) =>
      registry.find(`select count(*) from tokens where account_id = ${id} and kind = '${of}'`);
    const fill = async (id: number, of: TokenKind, count: number, { name = "x", expiresAt = "null" } = {}) => {
      const rows = Array.from(
        { length: count },
        (_, at) => `(${id}, '${of}', '${name}', 'filled ${id} ${of} ${name} ${at}', 'x', ${at + 1}, ${expiresAt})`,
      );
      await registry.change(
        `insert into tokens (account_id, kind, name, hash, hint, created_at, expires_at) values ${rows.join(", ")}`,
      );
    };

    describe("made with a token", () => {
      test("it ends with that one, with all that was made with it in turn, and nothing else does", async () => {
        const { name, own } = await newPerson();
        const first = await newToken(own);
        const other = await newToken(own);
        const second = await newToken(bearer(first.text));
        const third = await newToken(basic(name, second.text));
        const jwt = await jwtOf(basic(name, third.text));
        const all = [bearer(first.text), bearer(second.text), basic(name, third.text), jwt];
        for (const one of all) expect(await statusOf(one)).toBe(200);
        expect(await revoke(own, first.id)).toBe(204);
        for (const one of all) expect(await statusOf(one)).toBe(401);
        expect(await statusOf(bearer(other.text))).toBe(200);
        expect((await ask("GET", "/api/v1/account/tokens", { headers: own })).json).toMatchObject({
          items: [{ id: other.id }],
        });
      });

      test("it ends nothing above it, and may end the one that it was made with", async () => {
        const { own } = await newPerson();
        const first = await newToken(own);
        const second = await newToken(bearer(first.text));
        expect(await revoke(own, second.id)).toBe(204);
        expect(await statusOf(bearer(first.text))).toBe(200);
        const third = await newToken(bearer(first.text));
        expect(await revoke(bearer(third.text), first.id)).toBe(204);
        for (const one of [first, third]) expect(await statusOf(bearer(one.text))).toBe(401);
      });

      test("an administrator's revocation reaches as far", async () => {
        const { name, own } = await newPerson();
        const first = await newToken(own);
        const second = await newToken(bearer(first.text));
        expect(await registry.app.auth.administration.revokeToken(OPERATOR, name, Number(first.id))).toBe(true);
        expect(await statusOf(bearer(second.text))).toBe(401);
      });

      test("a chain as long as there may be one ends at once", async () => {
        const { id, own } = await newPerson();
        await fill(id, "personal", MAX_TOKENS.personal);
        const first = await registry.find(`select min(id) from tokens where account_id = ${id}`);
        await registry.change(`update tokens set parent_id = id - 1 where account_id = ${id} and id > ${first}`);
        expect(await revoke(own, String(first))).toBe(204);
        expect(await countOf(id, "personal")).toBe(0);
      });

      test("no race leaves one behind: its maker's revocation or its account's end comes first or takes it along", async () => {
        const { administration } = registry.app.auth;
        for (let round = 0; round < 12; round++) {
          const { id, name, own, begin } = await newPerson();
          const maker = await newToken(own);
          const session = await begin();
          const as = round % 3 === 2 ? session : bearer(maker.text);
          expect(await statusOf(bearer(maker.text))).toBe(200);
          const made = Array.from({ length: 4 }, () => newToken(as));
          const end = [
            () => revoke(own, maker.id),
            () => administration.revokeAll(OPERATOR, name),
            () => administration.revokeAll(OPERATOR, name),
          ][round % 3];
          await Bun.sleep(round % 4);
          await end?.();
          for (const { status } of await Promise.all(made)) expect([201, 401, 403]).toContain(status);
          expect(await countOf(id, "personal")).toBe(0);
        }
      });

      test("with a credential that ended after the request came in none is made", async () => {
        const { authenticator } = registry.app.auth;
        const own = new OwnAccount({ ...registry.app.auth, database: registry.database });
        const address = () => "192.0.2.1";
        const asked = { name: "late", scopes: null, expiresAt: null };
        for (const end of ["token", "session", "password", "factor", "disabled"] as const) {
          const person = await newPerson();
          const { id, name } = person;
          const token = await newToken(person.own);
          const [, cookie = ""] = person.own.cookie.split("=");
          const by =
            end === "token"
              ? await authenticator.byToken(token.text, "192.0.2.1")
              : end === "session"
                ? await authenticator.bySession(cookie, address)
                : await authenticator.byBasic(name, PASSWORD, "192.0.2.1");
          if (by === null) throw new Error(`${end} proves nobody`);
          // Behind the parts' backs: nothing is told that anything has changed.
          const sql = {
            token: `delete from tokens where account_id = ${id}`,
            session: `delete from browser_sessions where account_id = ${id}`,
            password: `update passwords set changed_at = changed_at + 1 where account_id = ${id}`,
            factor: `insert into totps (account_id, sealed_secret, created_at, confirmed_at) values (${id}, 'x', 1, 1)`,
            disabled: `update accounts set disabled_at = 1 where id = ${id}`,
          }[end];
          await registry.change(sql);
          await expect(own.createToken(by, id, asked)).rejects.toMatchObject({ code: "DENIED" });
          expect(await registry.find(`select count(*) from tokens where account_id = ${id} and name = 'late'`)).toBe(0);
        }
      });

      test("another account's token in its place is of no use", async () => {
        const one = await newPerson();
        const other = await newPerson();
        const token = await newToken(other.own);
        const own = new OwnAccount({ ...registry.app.auth, database: registry.database });
        const by = await registry.app.auth.authenticator.byToken(token.text, "192.0.2.1");
        if (by === null) throw new Error("the token proves nobody");
        await expect(own.createToken(by, one.id, { name: "x", scopes: null, expiresAt: null })).rejects.toMatchObject({
          code: "DENIED",
        });
      });
    });

    describe("how many there may be", () => {
      test("of personal ones so many, also when several are made at once; the answer says what to do", async () => {
        const { id, name, own } = await newPerson();
        await fill(id, "personal", MAX_TOKENS.personal - 3);
        const made = await Promise.all(Array.from({ length: 9 }, () => newToken(own)));
        expect(
          made
            .map((it) => `${it.status}`)
            .toSorted()
            .join(" "),
        ).toBe("201 201 201 409 409 409 409 409 409");
        expect(made.find((it) => it.status === 409)?.body).toContain("500 tokens");
        expect(made.find((it) => it.status === 409)?.body).toContain("revoke some");
        expect(await countOf(id, "personal")).toBe(MAX_TOKENS.personal);
        const token = { name: "by hand", scopes: null, expiresAt: null };
        await expect(registry.app.auth.administration.createToken(OPERATOR, name, token)).rejects.toMatchObject({
          code: "CONFLICT",
        });
        const first = await registry.find(`select min(id) from tokens where account_id = ${id}`);
        expect(await revoke(own, String(first))).toBe(204);
        expect((await newToken(own)).status).toBe(201);
        // Logging in is another matter, and other people too.
        expect((await logIn(name, "docker")).refresh_token).toBeString();
        expect((await newToken((await newPerson()).own)).status).toBe(201);
      });

      test("those that have expired make room", async () => {
        const { id, own } = await newPerson();
        await fill(id, "personal", MAX_TOKENS.personal - 1, { expiresAt: "5" });
        await fill(id, "personal", 1, { name: "good" });
        expect((await newToken(own)).status).toBe(201);
        expect(await countOf(id, "personal")).toBe(2);
      });

      test("of a robot's so many; rotating needs room too, which the expired ones make", async () => {
        const { name } = await newPerson();
        const made = await ask("POST", "/api/v1/namespaces", { headers: basic(name), body: { name: `org-${name}` } });
        expect(made.status).toBe(201);
        const robots = `/api/v1/namespaces/org-${name}/robots`;
        const robot = await ask("POST", robots, { headers: basic(name), body: { name: "ci" } });
        expect(robot.status).toBe(201);
        const login = `org-${name}.ci`;
        const id = await registry.find(`select id from accounts where name = '${login}'`);
        await fill(id, "robot", MAX_TOKENS.robot);
        const path = `${robots}/${login}/tokens`;
        const body = { name: "ci", scopes: null };
        const refused = await ask("POST", path, { headers: basic(name), body });
        expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("this robot has 500 tokens")]);
        const last = await registry.find(`select max(id) from tokens where account_id = ${id}`);
        const rotate = () =>
          ask("POST", `${path}/${last}/rotate`, { headers: basic(name), body: { graceSeconds: 60 } });
        expect((await rotate()).status).toBe(409);
        await registry.change(`update tokens set expires_at = 5 where account_id = ${id} and id < ${last - 9}`);
        expect((await rotate()).status).toBeLessThan(300);
        expect(await countOf(id, "robot")).toBe(11);
      });

      test("of logins so many: of the client that has most of them the one not used for longest ends, at once", async () => {
        const { id, name } = await newPerson();
        const laptop = await logIn(name, "docker");
        const helm = await logIn(name, "Helm");
        const unused = await logIn(name, "docker");
        const shown = (...logins: { refresh_token?: string }[]) =>
          Promise.all(logins.map(async (it) => await statusOf(bearer(it.refresh_token ?? ""))));
        expect(await shown(laptop, helm, unused)).toEqual([200, 200, 200]);
        // That they were used is written down without anybody waiting for it.
        const noted = `select count(*) from tokens where account_id = ${id} and last_used_at is not null`;
        while ((await registry.find(noted)) < 3) await Bun.sleep(5);
        await fill(id, "refresh", MAX_TOKENS.refresh - 3, { name: "login of docker" });
        const first = await registry.find(`select min(id) from tokens where account_id = ${id}`);
        await registry.change(
          `update tokens set created_at = 10, last_used_at = null where account_id = ${id} and id <= ${first + 2}`,
          `update tokens set last_used_at = 9000 where id = ${first}`,
          `update tokens set created_at = 5000 where account_id = ${id} and hash like 'filled%'`,
        );
        const next = await logIn(name, "another");
        expect(await countOf(id, "refresh")).toBe(MAX_TOKENS.refresh);
        expect(await shown(laptop, helm, next, unused)).toEqual([200, 200, 200, 401]);
      });

      test("many logins at once are never more, and those from before there was a limit go", async () => {
        const { id, name } = await newPerson();
        await fill(id, "refresh", MAX_TOKENS.refresh * 3);
        await statusOf(basic(name));
        const logins = await Promise.all(Array.from({ length: 20 }, () => logIn(name, "docker")));
        expect(logins.every((it) => it.status === 200)).toBe(true);
        expect(await countOf(id, "refresh")).toBe(MAX_TOKENS.refresh);
        const statuses = logins.map(async (it) => await statusOf(bearer(it.refresh_token ?? "")));
        expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
      });
    });

    describe("under another's name", () => {
      test("a token proves nobody: neither at once, nor after it was shown under its own", async () => {
        const one = await newPerson();
        const other = await newPerson();
        await registry.change(
          `update accounts set email = '${one.name}@example.com', email_verified_at = 1 where id = ${one.id}`,
          `update accounts set email = '${other.name}@example.com', email_verified_at = 1 where id = ${other.id}`,
        );
        const { text } = await newToken(one.own);
        const refresh = (await logIn(one.name, "docker")).refresh_token ?? "";
        await registry.change("delete from throttles");
        const wrong = [other.name, `${other.name}@example.com`, "", "root", "nobody-there", "<token>", "x".repeat(300)];
        for (const secret of [text, refresh]) {
          for (const round of [1, 2]) {
            for (const name of wrong)
              expect([round, name, await statusOf(basic(name, secret))]).toEqual([round, name, 401]);
            for (const name of [one.name, one.name.toUpperCase(), `${one.name}@example.com`])
              expect([round, name, await statusOf(basic(name, secret))]).toEqual([round, name, 200]);
            // Nobody has guessed at a password.
            expect(await registry.find("select count(*) from throttles")).toBe(0);
          }
        }
        const form = (username: string) =>
          fetch(`${registry.url}/token`, {
            method: "POST",
            body: new URLSearchParams({ grant_type: "password", service: "berth", username, password: text }),
          });
        expect((await form(other.name)).status).toBe(401);
        expect((await form(one.name)).status).toBe(200);
        expect((await fetch(`${registry.url}/token`, { headers: basic(other.name, text) })).status).toBe(401);
        const body = { name: other.name, password: text };
        expect((await ask("POST", "/api/v1/session", { body })).status).toBe(401);
      });

      test("a robot's token is not its owner's, nor another robot's", async () => {
        const { name } = await newPerson();
        await registry.addOrganisation(`n-${name}`, name);
        await registry.addRobot(`n-${name}.a`, `n-${name}`);
        await registry.addRobot(`n-${name}.b`, `n-${name}`);
        const text = await registry.addToken(`n-${name}.a`, { kind: "robot" });
        expect(await statusOf(basic(`n-${name}.a`, text))).toBe(200);
        expect(await statusOf(basic(`n-${name}.b`, text))).toBe(401);
        expect(await statusOf(basic(name, text))).toBe(401);
      });
    });
  });
}
