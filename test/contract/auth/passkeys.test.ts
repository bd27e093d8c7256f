// Passkeys on both databases, made and shown by an authenticator in software that can also do what it should not.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Assertion, Registration } from "../../../src/auth/factors/passkeys.ts";
import { type RelyingParty, relyingPartyOf } from "../../../src/auth/factors/relying-party.ts";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../../src/database/drivers/sqlite.ts";
import { RegistryError } from "../../../src/errors.ts";
import { newKey, openFactors } from "../../support/factors.ts";
import {
  type AssertionJson,
  type Mischief,
  type RegistrationJson,
  SoftwareAuthenticator,
} from "../../support/software-authenticator.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const ORIGIN = "https://hub.example";
const SITE: RelyingParty = relyingPartyOf(ORIGIN);
const LOGIN = "login";

const registrationOf = ({ id, response }: RegistrationJson): Registration => ({ id, ...response });
const assertionOf = ({ id, response: { userHandle, ...rest } }: AssertionJson): Assertion => ({
  id,
  ...rest,
  userHandle: userHandle ?? null,
});

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
  describeUnless(`passkeys on ${kind}`, lackingDatabase(kind), () => {
    let directory: TemporaryDirectory;
    let databases: Database[];
    let one: ReturnType<typeof openFactors>;
    let two: ReturnType<typeof openFactors>;
    let now: number;

    beforeEach(async () => {
      now = Date.now();
      directory = await makeTemporaryDirectory("passkeys");
      if (kind === "sqlite") {
        databases = [await openSqlite({ path: directory.join("berth.db"), onSyncFailure: () => undefined })];
      } else {
        const url = await newDatabase();
        const open = () => openPostgres({ url, poolSize: 4, onIdleError: () => undefined });
        databases = [await open(), await open()];
      }
      const key = newKey();
      one = openFactors(databases[0]!, key, () => now);
      two = openFactors(databases.at(-1)!, key, () => now);
    });

    afterEach(async () => {
      for (const database of databases) await database.close();
      await directory.remove();
    });

    type Person = Awaited<ReturnType<typeof one.person>>;

    async function register(person: Person, authenticator = new SoftwareAuthenticator(ORIGIN), mischief?: Mischief) {
      const purpose = `register:${person.account.id}`;
      const options = await one.passkeys.creationOptions(person.account, purpose, SITE);
      const made = await authenticator.create(options, mischief);
      const verified = await two.passkeys.verifyRegistration(registrationOf(made), { purpose, relyingParty: SITE });
      const added = await two.factors.addPasskey(person.changer, verified, "phone");
      return { ...added, authenticator, verified };
    }

    async function withPasskey(name = "ada", authenticator?: SoftwareAuthenticator) {
      const person = await one.person(name);
      return { ...person, ...(await register(person, authenticator)) };
    }

    /** One node gives the challenge, the other is shown the answer. */
    async function assertAs(authenticator: SoftwareAuthenticator, accountId: number | null, mischief?: Mischief) {
      const options = await one.passkeys.requestOptions(accountId, LOGIN, SITE);
      return assertionOf(await authenticator.get(options, mischief));
    }

    const use = (assertion: Assertion, accountId: number | null, purpose = LOGIN, relyingParty = SITE) =>
      two.passkeys.use(assertion, { purpose, accountId, relyingParty });

    test("is registered, brings backup codes with it, and lets in as factor and by itself", async () => {
      const { account, authenticator, begun, passkey } = await withPasskey();
      expect(begun?.backupCodes).toHaveLength(10);
      expect(passkey.name).toBe("phone");
      expect(await one.factors.kinds(account.id)).toEqual(["passkey", "backup-code"]);
      expect(await use(await assertAs(authenticator, account.id), account.id)).toBe(account.id);
      expect(await use(await assertAs(authenticator, null), null)).toBe(account.id);
      const [shown] = await one.passkeys.list(account.id);
      expect(shown?.lastUsedAt).toBeGreaterThan(0);
    });

    test("the options name the site and what is registered already, and no name that strangers should not see", async () => {
      const person = await one.person("ada");
      const { authenticator } = await register(person);
      const options = await one.passkeys.creationOptions(person.account, "register", SITE);
      expect(options.rp).toEqual({ id: "hub.example", name: "Berth" });
      expect(options.excludeCredentials.map((it) => it.id)).toEqual([authenticator.id]);
      expect(Buffer.from(options.user.id, "base64url").toString()).not.toContain("ada");
      const login = await one.passkeys.requestOptions(null, LOGIN, SITE);
      expect(login.allowCredentials).toEqual([]);
      expect(login.userVerification).toBe("required");
      const second = await one.passkeys.requestOptions(person.account.id, LOGIN, SITE);
      expect(second.allowCredentials.map((it) => it.id)).toEqual([authenticator.id]);
      expect(second.userVerification).toBe("preferred");
    });

    const LIES: Record<string, Mischief> = {
      "another origin": { origin: "https://evil.example" },
      "an origin that begins alike": { origin: "https://hub.example.evil.example" },
      "another scheme": { origin: "http://hub.example" },
      "another port": { origin: "https://hub.example:8443" },
      "another site": { rpId: "evil.example" },
      "the domain above": { rpId: "example" },
      "a challenge of its own": { challenge: Buffer.alloc(32, 7).toString("base64url") },
      "no challenge": { challenge: "" },
      "another ceremony": { type: "payment.get" },
    };

    for (const [name, mischief] of Object.entries(LIES)) {
      test(`nothing is let in or registered for ${name}`, async () => {
        const { account, authenticator } = await withPasskey();
        expect(await use(await assertAs(authenticator, account.id, mischief), account.id)).toBeNull();
        const eve = await one.person("eve");
        expect(await codeOfError(register(eve, new SoftwareAuthenticator(ORIGIN), mischief))).toBe("REQUEST_INVALID");
        expect(await one.factors.kinds(eve.account.id)).toEqual([]);
      });
    }

    test("an attestation that needs certificates is refused, one that is signed with the key itself is not", async () => {
      const ada = await one.person("ada");
      const eve = await one.person("eve");
      expect((await register(ada, new SoftwareAuthenticator(ORIGIN), { attests: [] })).passkey.name).toBe("phone");
      const certified = register(eve, new SoftwareAuthenticator(ORIGIN), { attests: [new Uint8Array(300)] });
      expect(await codeOfError(certified)).toBe("REQUEST_INVALID");
      for (const format of ["packed-not", "fido-u2f", "android-safetynet", "android-key", "tpm", "apple"]) {
        const made = register(eve, new SoftwareAuthenticator(ORIGIN), { format });
        expect(await codeOfError(made)).toBe("REQUEST_INVALID");
      }
    });

    test("another key's signature is wrong", async () => {
      const { account, authenticator } = await withPasskey();
      expect(await use(await assertAs(authenticator, account.id, { otherKey: true }), account.id)).toBeNull();
    });

    test("a challenge is used once, also by many at once on several nodes", async () => {
      const { account, authenticator } = await withPasskey("ada", new SoftwareAuthenticator(ORIGIN, { counts: false }));
      const assertion = await assertAs(authenticator, account.id);
      const uses = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : two).passkeys.use(assertion, {
          purpose: LOGIN,
          accountId: account.id,
          relyingParty: SITE,
        }),
      );
      expect((await Promise.all(uses)).filter((it) => it === account.id)).toHaveLength(1);
      expect(await use(assertion, account.id)).toBeNull();
      // A new process knows it too, and the next challenge is as good as the first was.
      expect(await use(await assertAs(authenticator, account.id), account.id)).toBe(account.id);
    });

    test("a challenge is for one purpose, and for five minutes", async () => {
      const { account, authenticator } = await withPasskey();
      const options = await one.passkeys.requestOptions(account.id, "second-factor:one", SITE);
      const assertion = assertionOf(await authenticator.get(options));
      expect(await use(assertion, account.id, "second-factor:two")).toBeNull();
      expect(await use(assertion, account.id, "register:1")).toBeNull();
      now += 5 * 60_000;
      expect(await use(assertion, account.id, "second-factor:one")).toBeNull();
      now -= 60_000;
      expect(await use(assertion, account.id, "second-factor:one")).toBe(account.id);
    });

    test("a registration's challenge is used once", async () => {
      const { changer, verified } = await withPasskey();
      const again = { ...verified, credentialId: "AAAA" };
      expect(await codeOfError(one.factors.addPasskey(changer, again, "copy"))).toBe("REQUEST_INVALID");
    });

    test("a counter that does not grow is a copy: refused, and told to the log", async () => {
      const { account, authenticator } = await withPasskey();
      expect(await use(await assertAs(authenticator, account.id), account.id)).toBe(account.id);
      const { counter } = authenticator;
      for (const lower of [counter, counter - 1, 0]) {
        const copy = await assertAs(authenticator, account.id, { counter: lower });
        expect(await use(copy, account.id)).toBeNull();
      }
      expect(two.warnings.map((it) => it.message)).toContainEqual(expect.stringContaining("counter"));
      expect(await use(await assertAs(authenticator, account.id), account.id)).toBe(account.id);
    });

    test("by itself it must know the person too; as a second factor it need not", async () => {
      const { account, authenticator } = await withPasskey();
      const byItself = await assertAs(authenticator, null, { isVerified: false });
      expect(await use(byItself, null)).toBeNull();
      const asFactor = await assertAs(authenticator, account.id, { isVerified: false });
      expect(await use(asFactor, account.id)).toBe(account.id);
    });

    test("somebody else's passkey is no factor of mine, and names nobody else", async () => {
      const ada = await withPasskey("ada");
      const eve = await withPasskey("eve");
      expect(await use(await assertAs(eve.authenticator, ada.account.id), ada.account.id)).toBeNull();
      const handle = Buffer.from(`account:${ada.account.id}`).toString("base64url");
      expect(await use(await assertAs(eve.authenticator, null, { userHandle: handle }), null)).toBeNull();
      expect(await use(await assertAs(eve.authenticator, null, { withoutHandle: true }), null)).toBe(eve.account.id);
    });

    test("a credential is registered once, whoever tries", async () => {
      const ada = await withPasskey("ada");
      const eve = await one.person("eve");
      expect(await codeOfError(register(eve, ada.authenticator))).toBe("CONFLICT");
      expect(await one.factors.kinds(eve.account.id)).toEqual([]);
    });

    test("an account has twenty passkeys at most", async () => {
      const person = await one.person("ada");
      for (let index = 0; index < 20; index++) await register(person);
      expect(await codeOfError(register(person))).toBe("CONFLICT");
    });

    test("is renamed and removed by its owner alone, and works no more then", async () => {
      const ada = await withPasskey("ada");
      const eve = await withPasskey("eve");
      const { passkeys } = one;
      expect(await one.factors.renamePasskey(eve.changer, ada.passkey.id, "key")).toBe(false);
      expect(await one.factors.renamePasskey(ada.changer, ada.passkey.id, "key")).toBe(true);
      expect((await passkeys.list(ada.account.id))[0]?.name).toBe("key");
      expect(await one.factors.removePasskey(eve.changer, ada.passkey.id)).toBe(false);
      const assertion = await assertAs(ada.authenticator, null);
      expect(await one.factors.removePasskey(ada.changer, ada.passkey.id)).toBe(true);
      expect(await use(assertion, null)).toBeNull();
      expect(await one.factors.list(ada.account.id)).toEqual({ totpSince: null, passkeys: [], backupCodesLeft: 0 });
    });

    test("rubbish of every form is refused", async () => {
      const { account, authenticator } = await withPasskey();
      const person = await one.person("eve");
      const good = await assertAs(authenticator, account.id);
      const text = (value: string) => Buffer.from(value).toString("base64url");
      const rubbish = ["", "!", text("null"), text("[]"), text("{"), text("{}"), "A".repeat(5_000), text("\0")];
      for (const bytes of rubbish) {
        for (const field of ["clientDataJSON", "authenticatorData", "signature"] as const) {
          expect(await use({ ...good, [field]: bytes }, account.id)).toBeNull();
        }
        const options = await one.passkeys.creationOptions(person.account, "register", SITE);
        const made = registrationOf(await new SoftwareAuthenticator(ORIGIN).create(options));
        const verify = (registration: Registration) =>
          codeOfError(one.passkeys.verifyRegistration(registration, { purpose: "register", relyingParty: SITE }));
        expect(await verify({ ...made, attestationObject: bytes })).toBe("REQUEST_INVALID");
        expect(await verify({ ...made, clientDataJSON: bytes })).toBe("REQUEST_INVALID");
        expect(await verify({ ...made, id: text("other") })).toBe("REQUEST_INVALID");
      }
      expect(await use(good, account.id)).toBe(account.id);
    });
  });
}

test("passkeys need a name, and HTTPS unless it is this machine's own", () => {
  expect(relyingPartyOf("https://hub.example:8443")).toEqual({ id: "hub.example", origin: "https://hub.example:8443" });
  expect(relyingPartyOf("http://localhost:5000")).toEqual({ id: "localhost", origin: "http://localhost:5000" });
  expect(relyingPartyOf("http://hub.localhost").id).toBe("hub.localhost");
  for (const origin of ["http://hub.example", "https://192.0.2.1", "http://127.0.0.1:5000", "https://[::1]:5000"]) {
    expect(() => relyingPartyOf(origin)).toThrow(RegistryError);
  }
});
