// The message about a sign-in from where there was none before: with a real mail server, and with one that does not answer.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { type AccessRegistry, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { type MailServer, startMailServer } from "../../support/mail-server.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const createPostgres = sharePostgres();
const PUBLIC_URL = "https://hub.example.com";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

for (const kind of DATABASES) {
  describeUnless(`a sign-in from a new place on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let mails: MailServer;

    beforeAll(async () => {
      mails = await startMailServer();
      registry = await openAccessRegistry({
        environment: {
          BERTH_HTTP_PUBLIC_URL: PUBLIC_URL,
          BERTH_HTTP_TRUSTED_PROXIES: "127.0.0.1",
          ...mails.environment,
        },
        ...(kind === "postgres" ? { postgresUrl: await createPostgres() } : {}),
      });
      await claim(registry);
    });
    afterAll(async () => {
      await registry.close();
      await mails.stop();
    });

    const person = async (name: string, isVerified = true): Promise<string> => {
      const id = await registry.addPerson(name);
      const email = `${name}@example.com`;
      await registry.change(
        `update accounts set email = '${email}', email_verified_at = ${isVerified ? 1 : "null"} where id = ${id}`,
      );
      return email;
    };
    const logIn = async (name: string, agent: string, address: string, password = PASSWORD): Promise<number> => {
      const response = await fetch(`${registry.url}/api/v1/session`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": agent,
          "x-forwarded-for": address,
          "x-forwarded-proto": "https",
        },
        body: JSON.stringify({ name, password }),
      });
      await response.arrayBuffer();
      return response.status;
    };
    /** Long enough for a message that should not come. */
    const settled = () => Bun.sleep(150);

    test("is told, not the first one, not one from a known place, and not a failed one", async () => {
      const email = await person("ann");
      expect(await logIn("ann", FIREFOX, "192.0.2.1")).toBe(200);
      expect(await logIn("ann", FIREFOX.replaceAll("128", "131"), "192.0.2.77")).toBe(200);
      expect(await logIn("ann", CHROME, "203.0.113.5", "wrong")).toBe(401);
      await settled();
      expect(mails.count()).toBe(0);

      const evil = `${CHROME} see https://evil.example/now`;
      expect(await logIn("ann", evil, "203.0.113.5")).toBe(200);
      const text = await mails.take(email);
      expect(text).toContain("signed in to the account ann on hub.example.com");
      expect(text).toContain("Address: 203.0.113.5");
      expect(text).toContain(PUBLIC_URL);
      expect(text).not.toContain("evil.example");
      expect(await logIn("ann", CHROME, "203.0.113.6")).toBe(200);
      // Another network, and another browser in a known one.
      expect(await logIn("ann", FIREFOX, "198.51.100.1")).toBe(200);
      expect(await mails.take(email)).toContain("198.51.100.1");
      expect(await logIn("ann", CHROME, "192.0.2.1")).toBe(200);
      expect(await mails.take(email)).toContain("192.0.2.1");
      await settled();
      expect(mails.count()).toBe(0);
    });

    test("an address that is not confirmed gets nothing", async () => {
      await person("ben", false);
      expect(await logIn("ben", FIREFOX, "192.0.2.1")).toBe(200);
      expect(await logIn("ben", FIREFOX, "203.0.113.1")).toBe(200);
      await settled();
      expect(mails.count()).toBe(0);
    });

    test("of many places the oldest are forgotten", async () => {
      await person("cat", false);
      const id = await registry.find("select id from accounts where name = 'cat'");
      await registry.change(
        `insert into sign_in_places (account_id, place, last_at) values ${Array.from({ length: 150 }, (_, it) => `(${id}, 'p${it}', ${Date.now() - it * 1_000})`).join(", ")}, (${id}, 'old', 1)`,
      );
      expect(await logIn("cat", FIREFOX, "192.0.2.1")).toBe(200);
      expect(await registry.find(`select count(*) from sign_in_places where account_id = ${id}`)).toBe(100);
      expect(
        await registry.find(
          `select count(*) from sign_in_places where account_id = ${id} and place in ('p150', 'old')`,
        ),
      ).toBe(0);
    });

    test("five at once from one new place all succeed", async () => {
      await person("dan", false);
      const statuses = await Promise.all(Array.from({ length: 5 }, () => logIn("dan", FIREFOX, "192.0.2.9")));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(
        await registry.find(
          "select count(*) from sign_in_places where account_id = (select id from accounts where name = 'dan')",
        ),
      ).toBe(1);
    });

    test("a mail server that is gone keeps nobody out, and nobody waiting", async () => {
      await person("eve");
      expect(await logIn("eve", FIREFOX, "192.0.2.1")).toBe(200);
      await mails.stop();
      const began = performance.now();
      expect(await logIn("eve", FIREFOX, "203.0.113.1")).toBe(200);
      expect(performance.now() - began).toBeLessThan(2_000);
      mails = await startMailServer();
    });
  });
}
