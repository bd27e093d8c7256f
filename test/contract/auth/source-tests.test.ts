// The tests that administrators make of sources of identities, against real servers, dead ones and silent ones.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { IdentitySources, type TestableSource, type TestResult } from "../../../src/administration/sources.ts";
import { ldapConfig } from "../../../src/auth/ldap-config.ts";
import { oidcConfig } from "../../../src/auth/oidc-config.ts";
import { testHtpasswd, testLdap, testOidc } from "../../../src/auth/source-tests.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { describeWith } from "../../support/requirements.ts";
import { BASE, PASSWORD, SERVICE, type Slapd, startSlapd } from "../../support/slapd.ts";
import { makeTemporaryDirectory } from "../../support/temporary.ts";
import { startTokenIssuer } from "../../support/token-issuer.ts";

const log = createLog({ level: "error", format: "text", fd: 2 });
const NOBODY = { login: null, password: null, ownAddress: null };

async function run(test: TestableSource["test"], input: Partial<typeof NOBODY> | object = {}): Promise<TestResult> {
  const name = "ldap:main";
  const source = { name, kind: "ldap", displayName: "main", address: null, takesLogin: true, test } as const;
  return await new IdentitySources([source]).test(name, { ...NOBODY, ...input });
}

const failed = ({ steps }: TestResult) =>
  steps.filter(({ isOk }) => !isOk).map(({ title, message }) => `${title}: ${message}`);

describeWith("a directory", ["slapd"], () => {
  let slapd: Slapd;
  beforeAll(async () => {
    slapd = await startSlapd();
  });
  afterAll(async () => await slapd.stop());

  const at = (input: Record<string, unknown> = {}): TestableSource["test"] => {
    const given = {
      url: slapd.ldapsUrl,
      ca: slapd.ca,
      baseDn: BASE,
      bindDn: SERVICE.dn,
      bindPassword: SERVICE.password,
    };
    const config = ldapConfig.parse({ ...given, timeoutSeconds: 3, ...input });
    return async (asked, take) => await testLdap({ ...config, name: "main", log }, asked, take);
  };

  test("is bound to, and asked for somebody, with a password and without", async () => {
    const plain = await run(at());
    expect(plain).toMatchObject({ isOk: true, identity: null });
    expect(plain.steps.map(({ title }) => title)).toEqual([
      "Connect",
      "Bind as the service account",
      "Read the place where people are",
    ]);
    const found = await run(at(), { login: "alice" });
    expect(found).toMatchObject({ isOk: true, identity: { login: "alice", email: "alice@example.com" } });
    expect((await run(at(), { login: "alice", password: PASSWORD })).isOk).toBeTrue();
  });

  test("tells which step fails, and no secret", async () => {
    const answers = [
      await run(at({ bindPassword: "canary-wrong" })),
      await run(at({ baseDn: "dc=absent,dc=example" })),
      await run(at(), { login: "nobody" }),
      await run(at(), { login: "*" }),
      await run(at(), { login: "twin" }),
      await run(at(), { login: "alice", password: "canary-guess" }),
    ];
    expect(answers.map((it) => it.isOk)).toEqual(answers.map(() => false));
    expect(answers.map((it) => failed(it)[0]?.split(":")[0])).toEqual([
      "Bind as the service account",
      "Read the place where people are",
      "Find the person",
      "Find the person",
      "Find the person",
      "Check the password",
    ]);
    expect(JSON.stringify(answers)).not.toContain("canary");
    expect(JSON.stringify(answers)).not.toContain(SERVICE.password);
  });

  test("that is silent or gone is given up in time", async () => {
    const gone = await run(at({ url: "ldaps://127.0.0.1:1" }));
    expect(failed(gone)[0]).toStartWith("Connect: ");
    slapd.freeze();
    try {
      const begunAt = performance.now();
      expect((await run(at({ timeoutSeconds: 1 }))).isOk).toBeFalse();
      expect(performance.now() - begunAt).toBeLessThan(2_500);
    } finally {
      slapd.thaw();
    }
  });
});

describe("a login provider", () => {
  const at = (issuer: string): TestableSource["test"] => {
    const config = oidcConfig.parse({ issuer, clientId: "berth", clientSecret: "canary-secret", timeoutSeconds: 1 });
    return async (_, take) => await testOidc({ ...config, name: "main" }, "https://registry.example", take);
  };

  test("is asked for its document and keys", async () => {
    const issuer = await startTokenIssuer();
    try {
      const result = await run(at(issuer.issuer));
      expect(result).toMatchObject({ isOk: true });
      expect(result.steps.at(-1)?.message).toContain("https://registry.example/auth/oidc/main/callback");
      expect(JSON.stringify(result)).not.toContain("canary");
    } finally {
      await issuer.stop();
    }
    expect((await run(at(issuer.issuer))).steps).toMatchObject([{ isOk: false }]);
  });
});

describe("an htpasswd file", () => {
  test("is read, and asked for somebody", async () => {
    const directory = await makeTemporaryDirectory("source-tests");
    const file = `${directory.path}/htpasswd`;
    const source = { name: "htpasswd", verify: async () => null, close: async () => undefined };
    const at: TestableSource["test"] = async (asked, take) => await testHtpasswd(file, source, asked, take);
    expect((await run(at)).isOk).toBeFalse();
    await Bun.write(file, `ann:${await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 4 })}\n`);
    expect(await run(at)).toMatchObject({ isOk: true, steps: [{ message: "1 can log in" }] });
    expect((await run(at, { login: "bob" })).isOk).toBeFalse();
    expect((await run(at, { login: "ann" })).isOk).toBeTrue();
    await directory.remove();
  });
});

test("a source is not tested again and again, and text of servers is cut", async () => {
  const sources = new IdentitySources([
    {
      name: "oidc:x",
      kind: "oidc",
      displayName: "x",
      address: null,
      takesLogin: false,
      test: async (_, take) => {
        await take("step", () => Promise.reject(new Error(`\u001b[2J\u0000${"x".repeat(5_000)}`)));
        return null;
      },
    },
  ]);
  const { steps } = await sources.test("oidc:x", NOBODY);
  expect(steps[0]?.message.length).toBeLessThanOrEqual(500);
  expect(steps[0]?.message).not.toMatch(/\p{Cc}/u);
  expect(sources.test("oidc:x", NOBODY)).rejects.toThrow("a test was made just now");
  expect(sources.test("oidc:y", NOBODY)).rejects.toThrow("names no such source");
});
