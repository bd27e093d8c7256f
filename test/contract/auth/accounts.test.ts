// People and their names: one space of names for all, whoever asks first, and what a registry that was nobody's hands over.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseLoginName, RESERVED_NAMES } from "../../../src/accounts/login-name.ts";
import type { NewPerson } from "../../../src/accounts/accounts.ts";
import { type AccessRegistry, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { pushImage } from "../../server/support/registry.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const createPostgres = sharePostgres();

for (const kind of DATABASES) {
  describeUnless(`accounts on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;

    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createPostgres() } : {});
    });
    afterAll(() => registry.close());

    const accounts = () => registry.app.auth.accounts;
    const create = (person: NewPerson) => registry.database.write((trx) => accounts().createPerson(trx, person));
    const map = (login: string, email?: string) =>
      registry.database.write((trx) =>
        accounts().createMapped(trx, login, email === undefined ? {} : { email, isEmailVerified: true }),
      );

    test("of many that claim at once one is let through, and owns what was pushed until then", async () => {
      await pushImage(registry.url, "early/app", "1", 10_000);
      await pushImage(registry.url, "other/app", "1", 10_000);
      expect(await accounts().isClaimed()).toBe(false);
      const claims = ["root", "eve", "mallory"].map((name) =>
        registry.app.auth.setup.claim({ name, password: PASSWORD }),
      );
      const results = await Promise.allSettled(claims);
      const [first] = results.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
      expect(results.filter((it) => it.status === "rejected")).toHaveLength(2);
      expect(await accounts().isClaimed()).toBe(true);
      expect(first?.systemRole).toBe("administrator");
      const id = first?.id ?? 0;
      expect(await registry.find(`select count(*) from members where account_id = ${id} and role = 'owner'`)).toBe(2);
      expect(await registry.find("select count(*) from accounts")).toBe(1);
      expect(await registry.find("select count(*) from repositories where visibility = 'public'")).toBe(0);
      await expect(claim(registry)).rejects.toMatchObject({ code: "CONFLICT" });
    });

    test("names that cannot be are refused", async () => {
      const bad = [
        "",
        "a b",
        "-a",
        "a-",
        ".a",
        "a..b",
        "a/b",
        "ä",
        "a\0",
        "a\n",
        "x".repeat(65),
        "a@b",
        "' or 1=1",
        "..",
        ...RESERVED_NAMES,
      ];
      for (const name of bad)
        expect(() => parseLoginName(name)).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
      await expect(create({ name: "a/b" })).rejects.toMatchObject({ code: "NAME_INVALID" });
    });

    test("a name is one account's in whatever case, and no namespace's that there is or was", async () => {
      expect(await create({ name: "Ada" })).toMatchObject({ name: "ada", kind: "person", systemRole: "none" });
      await expect(create({ name: "ADA" })).rejects.toMatchObject({ code: "CONFLICT" });
      await registry.addOrganisation("some-org", "ada");
      await expect(create({ name: "some-org" })).rejects.toMatchObject({ code: "CONFLICT" });
      await registry.change(
        "insert into former_names (name, namespace_id, renamed_at) select 'former', id, 1 from namespaces where name = 'some-org'",
      );
      await expect(create({ name: "former" })).rejects.toMatchObject({ code: "CONFLICT" });
      expect((await accounts().findByLogin("aDa"))?.name).toBe("ada");
      expect(await accounts().findByLogin("' or 1=1 --")).toBeNull();
    });

    test("of many that ask for one name at once one gets it, with its namespace", async () => {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => create({ name: "wanted" })));
      expect(results.filter((it) => it.status === "fulfilled")).toHaveLength(1);
      for (const it of results) if (it.status === "rejected") expect(it.reason).toMatchObject({ code: "CONFLICT" });
      expect(await registry.find("select count(*) from namespaces where name = 'wanted' and kind = 'user'")).toBe(1);
    });

    test("a login of another source gets the nearest name that is free", async () => {
      const made = [];
      for (const login of [
        "Ada.Lovelace@example.com",
        "ada.lovelace",
        "ADA.LOVELACE",
        "admin",
        "日本",
        "--",
        "x".repeat(300),
      ])
        made.push((await map(login)).name);
      expect(made.slice(0, 4)).toEqual(["ada.lovelace", "ada.lovelace-2", "ada.lovelace-3", "user-admin"]);
      for (const name of made) expect(name).toMatch(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/);
      expect(new Set(made).size).toBe(made.length);
    });

    test("a verified address is one account's and a login; one that is not verified is neither", async () => {
      const email = "shared@example.com";
      const one = await create({ name: "mail1", email });
      await create({ name: "mail2", email });
      expect(await accounts().findByLogin(email)).toBeNull();
      await registry.database.write((trx) => accounts().setEmail(trx, one.id, "Shared@Example.com", true));
      expect((await accounts().findByLogin("SHARED@example.com"))?.id).toBe(one.id);
      const taken = { name: "mail3", email, isEmailVerified: true };
      await expect(create(taken)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await accounts().findByLogin("mail3")).toBeNull();
      expect(await registry.find("select count(*) from namespaces where name = 'mail3'")).toBe(0);
      const two = await accounts().findByLogin("mail2");
      const steal = registry.database.write((trx) => accounts().setEmail(trx, two?.id ?? 0, email, true));
      await expect(steal).rejects.toMatchObject({ code: "CONFLICT" });
      // Again the same: nothing stands in its own way.
      await registry.database.write((trx) => accounts().setEmail(trx, one.id, email, true));
      await registry.database.write((trx) => accounts().setEmail(trx, one.id, null, false));
      expect(await accounts().findByLogin(email)).toBeNull();
    });

    test("of two that confirm one address at once one gets it", async () => {
      const email = "raced@example.com";
      const people = await Promise.all(["race1", "race2", "race3"].map((name) => create({ name })));
      const results = await Promise.allSettled(
        people.map(({ id }) => registry.database.write((trx) => accounts().setEmail(trx, id, email, true))),
      );
      expect(results.filter((it) => it.status === "fulfilled")).toHaveLength(1);
      for (const it of results) if (it.status === "rejected") expect(it.reason).toMatchObject({ code: "CONFLICT" });
      expect(await registry.find(`select count(*) from accounts where email = '${email}'`)).toBe(1);
    });

    test("lists hold those whose names begin so, each once, in order", async () => {
      for (const name of ["list", "list-a", "list.b", "list0", "lisz"]) await create({ name });
      const names: string[] = [];
      for (let after = ""; ; after = names.at(-1) ?? "") {
        const page = await accounts().list({ prefix: "list", after, limit: 2 });
        if (page.length === 0) break;
        names.push(...page.map((it) => it.name));
      }
      expect(names).toEqual(["list", "list-a", "list.b", "list0"]);
      expect(await accounts().list({ prefix: "%", after: "", limit: 10 })).toEqual([]);
    });
  });
}

describe("claiming by the configuration", () => {
  test("happens once: what the configuration says later changes nobody's password", async () => {
    const environment = { BERTH_ADMIN_USERNAME: "ada", BERTH_ADMIN_PASSWORD: PASSWORD };
    const registry = await openAccessRegistry({ environment });
    try {
      const login = (password: string) => registry.app.auth.logins.byPassword("ada", password, "127.0.0.1");
      expect((await login(PASSWORD))?.account.systemRole).toBe("administrator");
      expect(await login("something else entirely")).toBeNull();
      await expect(registry.app.auth.setup.claim({ name: "eve", password: PASSWORD })).rejects.toMatchObject({
        code: "CONFLICT",
      });
    } finally {
      await registry.close();
    }
  });
});
