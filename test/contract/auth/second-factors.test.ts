// Second factors on both databases: what is used is used up, also when it is shown on many nodes at once.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { CompiledQuery } from "kysely";
import type { ShownFactor } from "../../../src/auth/factors/second-factors.ts";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../../src/database/drivers/sqlite.ts";
import { RegistryError } from "../../../src/errors.ts";
import { codeOf, newKey, openFactors } from "../../support/factors.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const START = Date.UTC(2026, 5, 1, 12, 0, 10);
const STEP_MS = 30_000;

type Nodes = { one: ReturnType<typeof openFactors>; two: ReturnType<typeof openFactors> };

async function codeOfError(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RegistryError) return error.code;
    throw error;
  }
  return "none";
}

const newDatabase = sharePostgres();

for (const kind of DATABASES) {
  describeUnless(`second factors on ${kind}`, lackingDatabase(kind), () => {
    let directory: TemporaryDirectory;
    let databases: Database[];
    let nodes: Nodes;
    let now: number;

    beforeEach(async () => {
      now = START;
      directory = await makeTemporaryDirectory("factors");
      if (kind === "sqlite") {
        const onSyncFailure = () => undefined;
        databases = [await openSqlite({ path: directory.join("berth.db"), onSyncFailure })];
      } else {
        const url = await newDatabase();
        const open = () => openPostgres({ url, poolSize: 8, onIdleError: () => undefined });
        databases = [await open(), await open()];
      }
      const key = newKey();
      const clock = () => now;
      nodes = {
        one: openFactors(databases[0]!, key, clock),
        two: openFactors(databases.at(-1)!, key, clock),
      };
    });

    afterEach(async () => {
      for (const database of databases) await database.close();
      await directory.remove();
    });

    /** A person with an authenticator app. */
    async function enrolled(name = "ada") {
      const { one } = nodes;
      const { account, changer } = await one.person(name);
      const made = await one.totps.enrol(account, "hub.example");
      const begun = await one.factors.confirmTotp(changer, await codeOf(made.secret, now));
      now += STEP_MS;
      return { account, changer, session: begun?.session, secret: made.secret, backupCodes: begun?.backupCodes ?? [] };
    }

    const totp = (code: string): ShownFactor => ({ kind: "totp", code });
    const backup = (code: string): ShownFactor => ({ kind: "backup-code", code });

    /** On both nodes in turn; how many of them were right. The limit of tries is for another test. */
    async function useAtOnce(times: number, use: (node: Nodes["one"]) => Promise<boolean>): Promise<number> {
      const { one, two } = nodes;
      const tries = Array.from({ length: times }, (_, index) => use(index % 2 === 0 ? one : two));
      return (await Promise.all(tries)).filter((isRight) => isRight).length;
    }

    test("of a hundred with one code at once, one is let in", async () => {
      const { account, secret } = await enrolled();
      const code = await codeOf(secret, now);
      expect(await useAtOnce(100, (it) => it.totps.use(account.id, code))).toBe(1);
      expect(await nodes.two.totps.use(account.id, code)).toBe(false);
    });

    test("a code is used up with the ones before it", async () => {
      const { account, secret } = await enrolled();
      const before = await codeOf(secret, now - STEP_MS);
      const after = await codeOf(secret, now + STEP_MS);
      expect(await nodes.one.factors.verify(account.id, totp(after))).toBe(true);
      expect(await nodes.one.factors.verify(account.id, totp(await codeOf(secret, now)))).toBe(false);
      expect(await nodes.one.factors.verify(account.id, totp(before))).toBe(false);
    });

    test("the code that confirmed the app is used up too", async () => {
      const { account, secret } = await enrolled();
      now -= STEP_MS;
      expect(await nodes.one.factors.verify(account.id, totp(await codeOf(secret, now)))).toBe(false);
    });

    test("codes of two steps away, of others and of no form are wrong", async () => {
      const { account, secret } = await enrolled();
      const other = await enrolled("eve");
      const codes = [
        await codeOf(secret, now + 2 * STEP_MS),
        await codeOf(secret, now - 2 * STEP_MS),
        await codeOf(other.secret, now),
        "",
        "12345",
        "1234567",
        "१२३४५६",
        "12345\0",
        "1e1000",
        "9".repeat(100_000),
      ];
      for (const code of codes) expect(await nodes.one.totps.use(account.id, code)).toBe(false);
      const spaced = (await codeOf(secret, now)).replace(/^.{3}/, "$& ");
      expect(await nodes.one.totps.use(account.id, spaced)).toBe(true);
    });

    test("a secret that is not confirmed opens nothing and is replaced by the next", async () => {
      const { one } = nodes;
      const { account, changer } = await one.person("ada");
      const first = await one.totps.enrol(account, "hub.example");
      expect(await one.factors.kinds(account.id)).toEqual([]);
      expect(await one.totps.use(account.id, await codeOf(first.secret, now))).toBe(false);
      const second = await one.totps.enrol(account, "hub.example");
      expect(await codeOfError(one.factors.confirmTotp(changer, await codeOf(first.secret, now)))).toBe(
        "REQUEST_INVALID",
      );
      await one.factors.confirmTotp(changer, await codeOf(second.secret, now));
      expect(await one.factors.kinds(account.id)).toEqual(["totp", "backup-code"]);
      expect(await codeOfError(one.totps.enrol(account, "hub.example"))).toBe("CONFLICT");
      expect(await codeOfError(one.factors.confirmTotp(changer, await codeOf(second.secret, now)))).toBe("CONFLICT");
    });

    test("a secret that nobody confirmed for an hour is confirmed no more", async () => {
      const { one } = nodes;
      const { account, changer } = await one.person("ada");
      const { secret } = await one.totps.enrol(account, "hub.example");
      now += 61 * 60_000;
      expect(await codeOfError(one.factors.confirmTotp(changer, await codeOf(secret, now)))).toBe("CONFLICT");
    });

    test("of many confirmations at once one makes backup codes", async () => {
      const { one, two } = nodes;
      const { account, changer } = await one.person("ada");
      const { secret } = await one.totps.enrol(account, "hub.example");
      const code = await codeOf(secret, now);
      const tries = [one, two, one, two].map((it) => it.factors.confirmTotp(changer, code).catch(() => "refused"));
      const outcomes = await Promise.all(tries);
      expect(outcomes.filter((it) => it === "refused")).toHaveLength(3);
      expect(await one.backupCodes.countLeft(account.id)).toBe(10);
    });

    test("the URI is what apps read, the picture is one, and rows hold no secret", async () => {
      const { one } = nodes;
      const { account } = await one.person("ada");
      const { secret, uri, qrSvg } = await one.totps.enrol(account, "hub.example");
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
      const url = new URL(uri);
      expect(url.protocol).toBe("otpauth:");
      expect(decodeURIComponent(url.pathname)).toContain("hub.example:ada");
      expect(url.searchParams.get("secret")).toBe(secret);
      expect(url.searchParams.get("issuer")).toBe("hub.example");
      expect(qrSvg).toStartWith("<svg ");
      const { rows } = await one.database.execute<object>(CompiledQuery.raw("select * from totps"));
      expect(rows).toHaveLength(1);
      const dump = JSON.stringify(rows);
      expect(dump).toContain("berth-seal-1.");
      expect(dump).not.toContain(secret);
      const { Secret } = await import("otpauth");
      expect(dump).not.toContain(Buffer.from(Secret.fromBase32(secret).bytes).toString("base64url"));
    });

    test("a sealed secret does not open in another account's row", async () => {
      const ada = await enrolled("ada");
      const eve = await enrolled("eve");
      const copy = `update totps set sealed_secret = (select sealed_secret from totps where account_id = ${eve.account.id}) where account_id = ${ada.account.id}`;
      await nodes.one.database.write((trx) => trx.execute(CompiledQuery.raw(copy)));
      const code = await codeOf(eve.secret, now);
      await expect(nodes.one.totps.use(ada.account.id, code)).rejects.toThrow(/sealed/);
    });

    test("backup codes have 80 bits, are all different and lie there as hashes", async () => {
      const { account, backupCodes } = await enrolled();
      expect(backupCodes).toHaveLength(10);
      expect(new Set(backupCodes).size).toBe(10);
      for (const code of backupCodes) expect(code).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
      const { rows } = await nodes.one.database.execute<object>(CompiledQuery.raw("select * from backup_codes"));
      const dump = JSON.stringify(rows);
      for (const code of backupCodes) {
        expect(dump).not.toContain(code);
        expect(dump).not.toContain(code.replaceAll("-", ""));
      }
      expect(await nodes.one.backupCodes.countLeft(account.id)).toBe(10);
    });

    test("of fifty with one backup code at once, one is let in", async () => {
      const { account, backupCodes } = await enrolled();
      const [code = ""] = backupCodes;
      expect(await useAtOnce(50, (it) => it.backupCodes.use(account.id, code))).toBe(1);
      expect(await nodes.two.backupCodes.use(account.id, code)).toBe(false);
      expect(await nodes.one.backupCodes.countLeft(account.id)).toBe(9);
    });

    test("backup codes are read as people type them, and are their owner's alone", async () => {
      const { account, changer, backupCodes } = await enrolled();
      const eve = await enrolled("eve");
      const [first = "", second = ""] = backupCodes;
      for (const text of ["", "-", first.slice(0, -1), `${first}0`, "é".repeat(16), "\0".repeat(16), "%".repeat(16)]) {
        expect(await nodes.one.backupCodes.use(account.id, text)).toBe(false);
      }
      expect(await nodes.one.backupCodes.use(eve.account.id, first)).toBe(false);
      const typed = ` ${first.toUpperCase().replaceAll("-", " ").replaceAll("0", "O").replaceAll("1", "l")} `;
      expect(await nodes.one.backupCodes.use(account.id, typed)).toBe(true);
      const fresh = await nodes.one.factors.replaceBackupCodes(changer);
      expect(await nodes.one.backupCodes.use(account.id, second)).toBe(false);
      expect(await nodes.one.backupCodes.use(account.id, fresh[0] ?? "")).toBe(true);
    });

    test("guesses are counted over all factors, by account, and a new process knows them", async () => {
      const { account, secret, backupCodes } = await enrolled();
      const eve = await enrolled("eve");
      for (let index = 0; index < 5; index++) {
        expect(await nodes.one.factors.verify(account.id, totp("000000"))).toBe(false);
        expect(await nodes.two.factors.verify(account.id, backup("0000-0000-0000-0000"))).toBe(false);
      }
      const restarted = openFactors(nodes.one.database);
      for (const shown of [totp(await codeOf(secret, now)), backup(backupCodes[0] ?? "")]) {
        expect(await codeOfError(nodes.one.factors.verify(account.id, shown))).toBe("TOOMANYREQUESTS");
        expect(await codeOfError(restarted.factors.verify(account.id, shown))).toBe("TOOMANYREQUESTS");
      }
      expect(await nodes.one.factors.verify(eve.account.id, totp(await codeOf(eve.secret, now)))).toBe(true);
      // Passwords are counted apart.
      await nodes.one.throttle.begin([["account", `id:${account.id}`]]);
    });

    test("of many guesses at once no more are tried than may be", async () => {
      const { account } = await enrolled();
      const tries = Array.from({ length: 60 }, (_, index) =>
        nodes[index % 2 === 0 ? "one" : "two"].factors
          .verify(account.id, totp(String(100_000 + index)))
          .then(() => "tried")
          .catch((error: unknown) => (error instanceof RegistryError ? error.code : "other")),
      );
      const outcomes = await Promise.all(tries);
      expect(outcomes.filter((it) => it === "tried")).toHaveLength(10);
      expect(outcomes.filter((it) => it === "TOOMANYREQUESTS")).toHaveLength(50);
    });

    test("with the first factor ends what rests on the password, and with the last one the backup codes", async () => {
      const { one } = nodes;
      const { account, changer, session } = await one.person("ada");
      const client = { address: "192.0.2.2", agent: "other" };
      const other = await one.database.write((trx) => one.sessions.create(trx, account.id, client));
      const refresh = await one.database.write((trx) =>
        one.tokens.create(trx, { accountId: account.id, kind: "refresh", name: "x", scopes: null, expiresAt: null }),
      );
      const personal = await one.database.write((trx) =>
        one.tokens.create(trx, { accountId: account.id, kind: "personal", name: "x", scopes: null, expiresAt: null }),
      );
      const { secret } = await one.totps.enrol(account, "hub.example");
      const begun = await one.factors.confirmTotp(changer, await codeOf(secret, now));
      expect(await one.sessions.find(other.id)).toBeNull();
      // This one goes on, under another secret than the one from before.
      expect(await one.sessions.find(changer.sessionId)).toBeNull();
      expect(await one.sessions.findByText(session.text)).toBeNull();
      expect((await one.sessions.findByText(begun?.session?.text ?? ""))?.accountId).toBe(account.id);
      expect(await one.tokens.find(refresh.id)).toBeNull();
      expect(await one.tokens.find(personal.id)).not.toBeNull();
      expect(await one.factors.removeTotp(changer)).toBe(true);
      expect(await one.factors.removeTotp(changer)).toBe(false);
      expect(one.events.map((it) => it.action)).toEqual(["factor.add", "factor.remove"]);
      expect(await one.factors.list(account.id)).toEqual({ totpSince: null, passkeys: [], backupCodesLeft: 0 });
      expect(await codeOfError(one.factors.replaceBackupCodes(changer))).toBe("CONFLICT");
    });

    test("a lost device: nothing of it is left, and every session ends", async () => {
      const { account, changer, session, secret, backupCodes } = await enrolled();
      expect(await nodes.one.sessions.findByText(session?.text ?? "")).not.toBeNull();
      expect(await nodes.two.factors.removeAll(changer)).toBe(true);
      expect(await nodes.one.factors.kinds(account.id)).toEqual([]);
      expect(await nodes.one.sessions.findByText(session?.text ?? "")).toBeNull();
      expect(await nodes.one.factors.verify(account.id, totp(await codeOf(secret, now)))).toBe(false);
      expect(await nodes.one.factors.verify(account.id, backup(backupCodes[0] ?? ""))).toBe(false);
      expect(await nodes.two.factors.removeAll(changer)).toBe(false);
    });
  });
}
