// Accounts that people make themselves, addresses that they confirm, and passwords that they forgot: with a real mail server.

import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { OPERATOR } from "../../../src/access/principal.ts";
import { LIMITS } from "../../../src/auth/throttle.ts";
import { type AccessRegistry, basic, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { type MailServer, startMailServer } from "../../support/mail-server.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { asker, sessionOf } from "./asking.ts";

const createPostgres = sharePostgres();
const PUBLIC_URL = "https://hub.example.com";
const LINK = /^https:\/\/hub\.example\.com\/(verify-email|reset-password)#(berth_mail_[0-9A-Za-z]{36})$/m;

type Signing = { name: string; password: string; email?: string; invitation?: string };

for (const kind of DATABASES) {
  describeUnless(`signing up on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let mails: MailServer;
    let ask: ReturnType<typeof asker>;
    let people = 0;

    beforeAll(async () => {
      mails = await startMailServer();
      registry = await openAccessRegistry({
        environment: { BERTH_AUTH_SIGN_UP: "open", BERTH_HTTP_PUBLIC_URL: PUBLIC_URL, ...mails.environment },
        ...(kind === "postgres" ? { postgresUrl: await createPostgres() } : {}),
      });
      ask = asker(registry.url);
    });
    afterAll(async () => {
      await registry.close();
      await mails.stop();
    });

    const signUp = (body: Signing | object) => ask("POST", "/api/v1/accounts", { body });
    const codeIn = (mail: string): string => {
      const [, , code] = LINK.exec(mail) ?? [];
      if (code === undefined) throw new Error(`there is no link in ${mail}`);
      return code;
    };
    const verify = (code: string) => ask("POST", "/api/v1/email-verifications", { body: { code } });
    const reset = (code: string, password: string) =>
      ask("PUT", "/api/v1/password-resets", { body: { code, password } });
    const forgot = (login: string) => ask("POST", "/api/v1/password-resets", { body: { login } });
    const logIn = async (name: string, password = PASSWORD) =>
      (await ask("POST", "/api/v1/session", { body: { name, password } })).status;
    const forgive = () => registry.change("delete from throttles");
    /** With a confirmed address. */
    const newPerson = async () => {
      people += 1;
      const name = `u${people}`;
      const email = `${name}@example.com`;
      const id = await registry.addPerson(name);
      await registry.change(`update accounts set email = '${email}', email_verified_at = 1 where id = ${id}`);
      return { id, name, email };
    };

    test("a registry that is nobody's takes nobody in", async () => {
      const { status } = await signUp({ name: "early", password: PASSWORD, email: "early@example.com" });
      expect(status).toBe(403);
      await claim(registry);
    });

    test("bad applications are refused and leave nothing: privileges, reserved names, weak passwords, no address", async () => {
      const good = { name: "mallory", password: PASSWORD, email: "mallory@example.com" };
      for (const bad of [
        { ...good, systemRole: "administrator" },
        { ...good, isAdministrator: true },
        { ...good, isEmailVerified: true },
        { ...good, kind: "robot" },
        { ...good, plan: "business" },
        { ...good, name: "admin" },
        { ...good, name: "a/b" },
        { ...good, name: "-a" },
        { ...good, name: "a\0" },
        { ...good, name: "x".repeat(65) },
        { ...good, password: "short" },
        { ...good, password: "mallory" },
        { ...good, password: "password" },
        { ...good, email: "mallory" },
        { ...good, email: "a@example.com\nBcc: b@example.com" },
        { name: good.name, password: good.password },
      ]) {
        expect((await signUp(bad)).status).toBe(400);
      }
      expect((await signUp({ ...good, name: "root" })).status).toBe(409);
      expect(await registry.find(`select count(*) from accounts where name <> 'root'`)).toBe(0);
      await forgive();
    });

    test("an address counts when it was confirmed, by a code that works once", async () => {
      const made = await signUp({ name: "Ada", password: PASSWORD, email: "Ada@Example.com" });
      expect(made.status).toBe(201);
      expect(made.json).toMatchObject({ name: "ada", email: null, isEmailVerified: false, systemRole: "none" });
      const code = codeIn(await mails.take("Ada@Example.com"));
      expect(await logIn("ada@example.com")).toBe(401);
      // A code for one thing is none for another.
      expect((await reset(code, "a new phrase of words")).status).toBe(403);
      const both = await Promise.all([verify(code), verify(code), verify(code)]);
      expect(both.map((it) => it.status).toSorted((a, b) => a - b)).toEqual([204, 403, 403]);
      expect(await logIn("ada@example.com")).toBe(200);
      expect(await registry.find("select count(*) from mailed_codes")).toBe(0);
      await forgive();
    });

    test("an address that another account has is answered like a free one; its owner alone can confirm it", async () => {
      const { email } = await newPerson();
      const taken = await signUp({ name: "second", password: PASSWORD, email });
      const free = await signUp({ name: "third", password: PASSWORD, email: "third@example.com" });
      const shown = (json: Record<string, unknown>) => ({ ...json, id: "", name: "", createdAt: "" });
      expect(taken.status).toBe(free.status);
      expect(shown(taken.json)).toEqual(shown(free.json));
      const answer = await verify(codeIn(await mails.take(email)));
      expect(answer.status).toBe(409);
      await mails.take("third@example.com");
      await forgive();
    });

    test("a forgotten password is set anew by the link, once, and everything from before ends", async () => {
      const { name, email } = await newPerson();
      const token = await registry.addToken(name);
      const refresh = await registry.addToken(name, { kind: "refresh" });
      const session = sessionOf(
        await ask("POST", "/api/v1/session", { body: { name, password: PASSWORD } }),
        PUBLIC_URL,
      );
      expect((await forgot(email.toUpperCase())).status).toBe(202);
      const code = codeIn(await mails.take(email));
      expect((await reset(code, "short")).status).toBe(400);
      expect((await reset(`${code.slice(0, -1)}x`, "a new phrase of words")).status).toBe(403);
      const both = await Promise.all(["first phrase of mine", "second phrase of mine"].map((it) => reset(code, it)));
      expect(both.map((it) => it.status).toSorted((a, b) => a - b)).toEqual([204, 403]);
      expect(await logIn(name)).toBe(401);
      const isNew = both[0]?.status === 204 ? "first phrase of mine" : "second phrase of mine";
      expect(await logIn(name, isNew)).toBe(200);
      expect((await ask("GET", "/api/v1/session", { headers: session.own })).status).toBe(401);
      expect((await ask("GET", "/api/v1/session", { headers: basic(name, refresh) })).status).toBe(401);
      expect((await ask("GET", "/api/v1/session", { headers: basic(name, token) })).status).toBe(200);
      await forgive();
    });

    test("an old link is of no use: after an hour, after a newer one, when the address or the account has gone", async () => {
      const { id, name, email } = await newPerson();
      const linkOf = async () => {
        expect((await forgot(name)).status).toBe(202);
        return codeIn(await mails.take(email));
      };
      const first = await linkOf();
      const second = await linkOf();
      expect((await reset(first, "a new phrase of words")).status).toBe(403);
      await registry.change(`update mailed_codes set expires_at = ${Date.now() - 1} where account_id = ${id}`);
      expect((await reset(second, "a new phrase of words")).status).toBe(403);
      const third = await linkOf();
      await registry.change(`update accounts set email = 'other-${email}' where id = ${id}`);
      expect((await reset(third, "a new phrase of words")).status).toBe(403);
      await registry.change(`update accounts set email = '${email}' where id = ${id}`);
      const fourth = await linkOf();
      await registry.app.auth.administration.setDisabled(OPERATOR, name, true);
      expect((await reset(fourth, "a new phrase of words")).status).toBe(403);
      await registry.app.auth.mail.expire();
      await forgive();
    });

    test("who asks learns nothing: unknown, unconfirmed, disabled, robots and people of other services are answered alike", async () => {
      const disabled = await newPerson();
      await registry.app.auth.administration.setDisabled(OPERATOR, disabled.name, true);
      const unconfirmed = await newPerson();
      await registry.change(`update accounts set email_verified_at = null where id = ${unconfirmed.id}`);
      const foreign = await newPerson();
      await registry.change(`delete from passwords where account_id = ${foreign.id}`);
      const known = await newPerson();
      const send = spyOn(registry.app.auth.mailer, "send");
      try {
        const logins = [
          "nobody-there",
          "no@example.com",
          disabled.name,
          unconfirmed.email,
          foreign.name,
          "' or 1=1 --",
        ];
        const expected = await forgot(known.name);
        expect([expected.status, expected.text]).toEqual([202, ""]);
        for (const login of logins) {
          const { status, text } = await forgot(login);
          expect([status, text]).toEqual([202, ""]);
        }
        await mails.take(known.email);
        await Bun.sleep(50);
        expect(send).toHaveBeenCalledTimes(1);
        expect(mails.count()).toBe(0);
      } finally {
        send.mockRestore();
        await forgive();
      }
    });

    test("mails to one account, and from one address, are few", async () => {
      const { name, email } = await newPerson();
      const send = spyOn(registry.app.auth.mailer, "send").mockImplementation(async () => undefined);
      try {
        const statuses: number[] = [];
        for (let at = 0; at < LIMITS["mail-address"].failures + 5; at++) statuses.push((await forgot(name)).status);
        const limit = LIMITS["mail-address"].failures;
        expect(statuses.slice(0, limit)).toEqual(Array.from({ length: limit }, () => 202));
        expect(statuses.slice(limit)).toEqual(Array.from({ length: 5 }, () => 429));
        for (let tries = 0; send.mock.calls.length < LIMITS.mail.failures && tries < 100; tries++) await Bun.sleep(10);
        await Bun.sleep(50);
        expect(send).toHaveBeenCalledTimes(LIMITS.mail.failures);
        expect(send.mock.calls.every(([mail]) => mail.to === email)).toBe(true);
      } finally {
        send.mockRestore();
        await forgive();
      }
    });

    test("a changed address is confirmed first, and the old one stays until then", async () => {
      const { name, email } = await newPerson();
      const body = { email: `new-${email}`, password: PASSWORD };
      const changed = await ask("PATCH", "/api/v1/account", { headers: basic(name), body });
      expect(changed.json).toMatchObject({ account: { email, isEmailVerified: true }, isMailSent: true });
      const mail = await mails.take(`new-${email}`);
      expect(await logIn(email)).toBe(200);
      expect((await verify(codeIn(mail))).status).toBe(204);
      expect(await logIn(email)).toBe(401);
      expect(await logIn(`new-${email}`)).toBe(200);
      await forgive();
    });

    test("from one address only so many accounts are made", async () => {
      const statuses: number[] = [];
      for (let at = 0; at < LIMITS["sign-up"].failures + 2; at++)
        statuses.push((await signUp({ name: "root", password: PASSWORD, email: "a@example.com" })).status);
      expect(statuses.slice(-2)).toEqual([429, 429]);
      expect(new Set(statuses.slice(0, -2))).toEqual(new Set([409]));
      await forgive();
    });
  });
}

describe("who may sign up", () => {
  test("nobody, unless the settings say so", async () => {
    const registry = await openAccessRegistry();
    try {
      await claim(registry);
      const ask = asker(registry.url);
      const body = { name: "eve", password: PASSWORD };
      expect((await ask("POST", "/api/v1/accounts", { body })).status).toBe(403);
      expect((await ask("GET", "/api/v1/setup")).json).toEqual({ isClaimed: true, signUp: "closed", hasMail: false });
      expect((await ask("POST", "/api/v1/password-resets", { body: { login: "root" } })).status).toBe(403);
      expect(await registry.find("select count(*) from accounts")).toBe(1);
    } finally {
      await registry.close();
    }
  });

  test("by invitation: whoever has a code that is still good, once, and into the organisation that it is for", async () => {
    const registry = await openAccessRegistry({ environment: { BERTH_AUTH_SIGN_UP: "invitation" } });
    try {
      await claim(registry);
      await registry.addPerson("ann");
      await registry.addOrganisation("acme", "ann");
      const ask = asker(registry.url);
      const signUp = async (name: string, invitation?: string) =>
        (await ask("POST", "/api/v1/accounts", { body: { name, password: PASSWORD, invitation } })).status;
      const acme = await registry.find("select id from namespaces where name = 'acme'");
      const invited = await ask("POST", "/api/v1/namespaces/acme/invitations", {
        headers: basic("ann"),
        body: { to: { email: "bob@example.com" } },
      });
      const code = String(invited.json["code"]);
      expect(await signUp("bob")).toBe(403);
      expect(await signUp("bob", "x")).toBe(403);
      expect(await signUp("bob", `berth_invite_${"A".repeat(43)}`)).toBe(403);
      const statuses = await Promise.all(["bob", "bob2"].map((name) => signUp(name, code)));
      expect(statuses.filter((it) => it === 201)).toHaveLength(1);
      expect(await signUp("late", code)).toBe(403);
      expect(await registry.find("select count(*) from accounts where name in ('bob', 'bob2', 'late')")).toBe(1);
      expect(await registry.find(`select count(*) from members where namespace_id = ${acme} and role = 'member'`)).toBe(
        1,
      );
    } finally {
      await registry.close();
    }
  });
});

describe("claiming", () => {
  let registry: AccessRegistry;
  let ask: ReturnType<typeof asker>;
  beforeAll(async () => {
    registry = await openAccessRegistry();
    ask = asker(registry.url);
  });
  afterAll(() => registry.close());

  test("wrong codes are counted, weak passwords refused, and pages of other sites do not get to try", async () => {
    const person = { name: "ada", password: PASSWORD };
    const { code } = registry.app.auth.setup;
    const foreign = { headers: { "sec-fetch-site": "cross-site" }, body: { ...person, code } };
    expect((await ask("POST", "/api/v1/setup", foreign)).status).toBe(403);
    expect((await ask("POST", "/api/v1/setup", { body: { ...person, code, password: "short" } })).status).toBe(400);
    expect((await ask("POST", "/api/v1/setup", { body: { ...person, code, systemRole: "none" } })).status).toBe(400);
    for (let at = 0; at < LIMITS.setup.failures - 1; at++)
      expect((await ask("POST", "/api/v1/setup", { body: { ...person, code: `${code}x` } })).status).toBe(403);
    expect((await ask("POST", "/api/v1/setup", { body: { ...person, code } })).status).toBe(429);
    expect((await ask("GET", "/api/v1/setup")).json).toMatchObject({ isClaimed: false });
    await registry.change("delete from throttles");
  });

  test("of many at once one claims it, and is logged in; the code is of no use afterwards", async () => {
    const { code } = registry.app.auth.setup;
    const tries = ["ada", "bob", "eve"].map((name) =>
      ask("POST", "/api/v1/setup", { body: { name, password: PASSWORD, code } }),
    );
    const answers = await Promise.all(tries);
    expect(answers.map((it) => it.status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    const first = answers.find((it) => it.status === 201);
    if (!first) throw new Error("nobody claimed it");
    const { own } = sessionOf(first, registry.url);
    expect((await ask("GET", "/api/v1/session", { headers: own })).json).toMatchObject({
      account: { systemRole: "administrator" },
      credential: "session",
    });
    expect((await ask("POST", "/api/v1/setup", { body: { name: "late", password: PASSWORD, code } })).status).toBe(409);
    expect(await registry.find("select count(*) from accounts where system_role = 'administrator'")).toBe(1);
    expect(await registry.find("select count(*) from accounts")).toBe(1);
  });
});
