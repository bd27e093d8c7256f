// What proves who somebody is: how often it may be guessed, what it costs, and that what was taken away is gone with the next
// request, whichever way it is shown. On both databases.

import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { OPERATOR } from "../../../src/access/principal.ts";
import type { RegistryError } from "../../../src/errors.ts";
import { LIMITS } from "../../../src/auth/throttle.ts";
import { type AccessRegistry, basic, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const createPostgres = sharePostgres();

for (const kind of DATABASES) {
  describeUnless(`credentials on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let people = 0;

    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createPostgres() } : {});
      await claim(registry);
    });
    afterAll(() => registry.close());

    const auth = () => registry.app.auth;
    const newPerson = async (): Promise<{ id: number; name: string }> => {
      people += 1;
      const name = `p${people}-${kind}`;
      return { id: await registry.addPerson(name), name };
    };
    /** Each from an address of its own, unless given: what is counted is then the account alone. */
    let addresses = 0;
    const logIn = async (login: string, password: string, address = `10.${(addresses += 1)}.0.1`) =>
      await auth().logins.byPassword(login, password, address);
    const asking = async (headers: Record<string, string>) => (await fetch(`${registry.url}/v2/`, { headers })).status;
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    const forget = (key: string) =>
      registry.database.write((trx) =>
        trx.execute(CompiledQuery.raw(`delete from throttles where key like '${key}%'`)),
      );

    describe("guesses", () => {
      test("10,000 at once, under every name that the account has: no more than the limit reach the password", async () => {
        const { id, name } = await newPerson();
        const email = `${name}@example.com`;
        await registry.change(`update accounts set email = '${email}', email_verified_at = 1 where id = ${id}`);
        const names = [name, name.toUpperCase(), `P${name.slice(1)}`, email, email.toUpperCase()];
        const verify = spyOn(auth().passwords, "verify").mockImplementation(async () => false);
        try {
          const outcomes = new Map<string, number>();
          for (let round = 0; round < 100; round++) {
            await Promise.all(
              Array.from({ length: 100 }, async (_, at) => {
                const outcome = await logIn(names[at % names.length]!, `guess ${round} ${at}`).then(
                  (proof) => (proof === null ? "wrong" : "in"),
                  (error: RegistryError) => error.code,
                );
                outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
              }),
            );
          }
          expect(verify).toHaveBeenCalledTimes(LIMITS.account.failures);
          expect(outcomes.get("wrong")).toBe(LIMITS.account.failures);
          expect(outcomes.get("TOOMANYREQUESTS")).toBe(10_000 - LIMITS.account.failures);
        } finally {
          verify.mockRestore();
        }
        // Whoever is guessed at cannot get in either, until the window is over; then with one try.
        await expect(logIn(name, PASSWORD)).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });
        await registry.change(`update throttles set began_at = 1 where key = 'account:id:${id}'`);
        expect((await logIn(name, PASSWORD))?.account.id).toBe(id);
        expect(await registry.find(`select count(*) from throttles where key = 'account:id:${id}'`)).toBe(0);
      }, 120_000);

      test("an unknown name is counted as a known one is, and costs the same check of a password", async () => {
        const { name } = await newPerson();
        const verify = spyOn(auth().passwords, "verify");
        try {
          for (const login of [name, "nobody-at-all", "nobody@example.com", "x".repeat(255)]) {
            verify.mockClear();
            expect(await logIn(login, "wrong password")).toBeNull();
            expect(verify).toHaveBeenCalledTimes(1);
          }
          verify.mockClear();
          expect(await logIn("", PASSWORD)).toBeNull();
          expect(await logIn("x".repeat(256), PASSWORD)).toBeNull();
          expect(verify).not.toHaveBeenCalled();
        } finally {
          verify.mockRestore();
        }
        for (let at = 0; at < LIMITS.account.failures; at++) await logIn("nobody-there", "wrong");
        await expect(logIn("NoBody-There", "wrong")).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });
      });

      test("one address may guess at many accounts only so often, and an IPv6 network is one address", async () => {
        const verify = spyOn(auth().passwords, "verify").mockImplementation(async () => false);
        try {
          const from = (at: number) => `2001:db8:0:7:${(at + 1).toString(16)}::1`;
          for (let at = 0; at < LIMITS.address.failures; at++) await logIn(`someone${at}`, "wrong", from(at));
          await expect(logIn("another", "wrong", from(5_000))).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });
          expect(await logIn("another", "wrong", "2001:db8:0:8::1")).toBeNull();
        } finally {
          verify.mockRestore();
          await forget("address:");
        }
      });

      test("a disabled account is refused like a wrong password, after the same work", async () => {
        const { name } = await newPerson();
        await auth().administration.setDisabled(OPERATOR, name, true);
        const verify = spyOn(auth().passwords, "verify");
        try {
          expect(await logIn(name, PASSWORD)).toBeNull();
          expect(await logIn(name, "wrong")).toBeNull();
          expect(verify).toHaveBeenCalledTimes(2);
        } finally {
          verify.mockRestore();
        }
        const answers = await Promise.all(
          [basic(name), basic(name, "wrong password"), basic("nobody-here")].map(async (headers) => {
            const response = await fetch(`${registry.url}/v2/`, { headers });
            return [response.status, response.headers.get("www-authenticate"), await response.text()];
          }),
        );
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
      });
    });

    test("a hundred requests at once with one password hash it once", async () => {
      const { name } = await newPerson();
      const verify = spyOn(auth().passwords, "verify");
      try {
        const statuses = await Promise.all(Array.from({ length: 100 }, () => asking(basic(name))));
        expect(new Set(statuses)).toEqual(new Set([200]));
        // What changes for others does not have it hashed again.
        await newPerson();
        expect(await asking(basic(name))).toBe(200);
        expect(verify).toHaveBeenCalledTimes(1);
      } finally {
        verify.mockRestore();
      }
    });

    test("with a second factor the password alone is refused, and the answer says what to do", async () => {
      const { id, name } = await newPerson();
      expect(await asking(basic(name))).toBe(200);
      await registry.change(
        `insert into totps (account_id, sealed_secret, created_at, confirmed_at) values (${id}, 'x', 1, 1)`,
      );
      const answer = await fetch(`${registry.url}/v2/`, { headers: basic(name) });
      // Proven a moment ago and remembered: what is remembered must not outlive the change.
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain("personal access token");
      const token = await registry.addToken(name);
      expect(await asking(basic(name, token))).toBe(200);
      expect((await fetch(`${registry.url}/token`, { headers: basic(name) })).status).toBe(401);
    });

    describe("what is taken away is gone with the next request", () => {
      /** Everything that one account can show. */
      const credentialsOf = async (name: string) => {
        const refresh = await fetch(`${registry.url}/token?offline_token=true&service=berth`, { headers: basic(name) });
        // What the token service answers.
        const issued = (await refresh.json()) as { token: string; refresh_token: string };
        const token = await registry.addToken(name, { name: "ci" });
        const viaToken = await fetch(`${registry.url}/token?service=berth`, { headers: basic(name, token) });
        const { token: jwtOfToken } = (await viaToken.json()) as { token: string };
        return {
          password: basic(name),
          token: basic(name, token),
          jwt: bearer(issued.token),
          jwtOfToken: bearer(jwtOfToken),
          refresh: bearer(issued.refresh_token),
        };
      };
      const statusesOf = async (credentials: Record<string, Record<string, string>>) => {
        const entries = Object.entries(credentials).map(async ([of, headers]) => [of, await asking(headers)] as const);
        return Object.fromEntries(await Promise.all(entries));
      };
      const ALL = { password: 200, token: 200, jwt: 200, jwtOfToken: 200, refresh: 200 };

      test("the account is disabled: nothing works; enabled again, its logins are over and its tokens work", async () => {
        const { name } = await newPerson();
        const credentials = await credentialsOf(name);
        expect(await statusesOf(credentials)).toEqual(ALL);
        await auth().administration.setDisabled(OPERATOR, name, true);
        expect(await statusesOf(credentials)).toEqual({
          password: 401,
          token: 401,
          jwt: 401,
          jwtOfToken: 401,
          refresh: 401,
        });
        await auth().administration.setDisabled(OPERATOR, name, false);
        expect(await statusesOf(credentials)).toEqual({ ...ALL, refresh: 401 });
      });

      test("the password is changed: what was made with it ends, tokens stay", async () => {
        const { name } = await newPerson();
        const credentials = await credentialsOf(name);
        await auth().administration.setPassword(OPERATOR, name, "another long phrase of words");
        const expected = { ...ALL, password: 401, jwt: 401, refresh: 401 };
        expect(await statusesOf(credentials)).toEqual(expected);
        expect(await asking(basic(name, "another long phrase of words"))).toBe(200);
      });

      test("a token is revoked: what was made with it ends, and nothing else", async () => {
        const { id, name } = await newPerson();
        const credentials = await credentialsOf(name);
        const tokens = await auth().tokens.list(id, 0, 10);
        const ci = tokens.find((it) => it.name === "ci");
        expect(await auth().administration.revokeToken(OPERATOR, name, ci?.id ?? 0)).toBe(true);
        expect(await auth().administration.revokeToken(OPERATOR, name, ci?.id ?? 0)).toBe(false);
        expect(await statusesOf(credentials)).toEqual({ ...ALL, token: 401, jwtOfToken: 401 });
      });

      test("a token expires", async () => {
        const { id, name } = await newPerson();
        const credentials = await credentialsOf(name);
        await registry.change(`update tokens set expires_at = 1 where account_id = ${id}`);
        expect(await statusesOf(credentials)).toEqual({ ...ALL, token: 401, jwtOfToken: 401, refresh: 401 });
      });
    });

    test("no part of a token is one, and a token of another account is of no use", async () => {
      const { id, name } = await newPerson();
      const other = await newPerson();
      const text = await registry.addToken(name);
      const tokenId = await registry.find(`select id from tokens where account_id = ${id}`);
      for (let length = 0; length < text.length; length += 5)
        expect(await asking(bearer(text.slice(0, length) || "x"))).toBe(401);
      for (const changed of [`${text}x`, text.toUpperCase(), text.replace("pat", "refresh")])
        expect(await asking(bearer(changed))).toBe(401);
      // By (account, id): another's is not there.
      expect(await registry.database.write((trx) => auth().tokens.revoke(trx, other.id, tokenId))).toBe(false);
      expect(await asking(bearer(text))).toBe(200);
    });

    test("the last administrator stays one, also when two take each other's role at once", async () => {
      const { administration, accounts } = auth();
      await expect(administration.setDisabled(OPERATOR, "root", true)).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(administration.setSystemRole(OPERATOR, "root", "none")).rejects.toMatchObject({ code: "CONFLICT" });
      const { name } = await newPerson();
      for (let round = 0; round < 5; round++) {
        await administration.setSystemRole(OPERATOR, "root", "administrator");
        await administration.setSystemRole(OPERATOR, name, "administrator");
        const results = await Promise.allSettled([
          administration.setSystemRole(OPERATOR, "root", "auditor"),
          administration.setDisabled(OPERATOR, name, true),
        ]);
        expect(results.filter((it) => it.status === "fulfilled")).toHaveLength(1);
        const root = await accounts.findByLogin("root");
        if (root?.systemRole !== "administrator") await administration.setSystemRole(OPERATOR, "root", "administrator");
        await administration.setDisabled(OPERATOR, name, false);
      }
    });
  });
}
