import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printConfig } from "./config.ts";
import { type ConfigSources, loadConfig } from "../config.ts";
import { ConfigError } from "../lib/config-layers.ts";

const directory = mkdtempSync(join(tmpdir(), "berth-records-"));
afterAll(() => rmSync(directory, { recursive: true }));

const CANARY = "canary-password";

function file(text: string): string {
  const path = join(directory, `${Bun.hash(text)}.yml`);
  writeFileSync(path, text);
  return path;
}

function messageOf(sources: ConfigSources): string {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

const LDAP = "url: ldaps://a.example, baseDn: dc=a, bindDn: cn=b";

test.each([
  ["a list", `auth: { ldap: [{ ${LDAP}, bindPassword: ${CANARY} }] }`],
  ["text in place of the record", `auth: { ldap: ${CANARY} }`],
  ["text in place of a directory", `auth: { ldap: { corp: ${CANARY} } }`],
  ["a list in place of a directory", `auth: { ldap: { corp: [{ bindPassword: ${CANARY} }] } }`],
  ["a password that is a number", `auth: { ldap: { corp: { ${LDAP}, bindPassword: 0xCA9A47 } } }`],
  ["a password that is a list", `auth: { ldap: { corp: { ${LDAP}, bindPassword: [${CANARY}] } } }`],
  ["a name in capitals", `auth: { ldap: { Corp: { ${LDAP}, bindPassword: ${CANARY} } } }`],
  ["a name with a dot", `auth: { ldap: { "a.b": { ${LDAP}, bindPassword: ${CANARY} } } }`],
  ["a key that is nearly right", `auth: { ldap: { corp: { ${LDAP}, bindPasword: ${CANARY} } } }`],
  ["a secret of a provider", `auth: { oidc: { a: { issuer: "x", clientId: c, clientSecret: ${CANARY} } } }`],
])("the secret is not in the error when it is %s", (_, text) => {
  const message = messageOf({ file: file(text) });
  expect(message).not.toContain(CANARY);
  expect(message).not.toContain(String(0xca9a47));
});

test("a name that may not be one is told so", () => {
  expect(messageOf({ file: file(`auth: { ldap: { Corp: { ${LDAP} } } }`) })).toContain(
    "auth.ldap.Corp: ***: expected a name of 1 to 32 of a-z, 0-9 and - between them",
  );
});

test("several directories and providers, from file and environment, key by key, secrets from files", () => {
  const secret = join(directory, "secret");
  writeFileSync(secret, `${CANARY}\n`);
  const path = file(`auth:
  ldap:
    head-office: { url: ldaps://a.example, baseDn: dc=a, bindDn: cn=b, bindPasswordFile: ${secret} }
  oidc:
    main: { issuer: https://issuer.example, clientId: berth }
`);
  const loaded = loadConfig({
    file: path,
    environment: {
      BERTH_AUTH_LDAP_HEAD_OFFICE_TIMEOUT_SECONDS: "7",
      BERTH_AUTH_LDAP_HEAD_OFFICE_GROUPS_FROM: "none",
      BERTH_AUTH_LDAP_BRANCH_URL: "ldap://b.example",
      BERTH_AUTH_LDAP_BRANCH_BASE_DN: "dc=b",
      BERTH_AUTH_OIDC_MAIN_CLIENT_SECRET_FILE: secret,
      BERTH_AUTH_OIDC_OTHER: "{issuer: https://other.example, clientId: c}",
      BERTH_AUTH_OIDC: "{third: {issuer: https://third.example, clientId: d}}",
    },
  });
  const { ldap, oidc } = loaded.config.auth;
  expect(Object.keys(ldap)).toEqual(["head-office", "branch"]);
  expect(ldap["head-office"]).toMatchObject({ timeoutSeconds: 7, groups: { from: "none" } });
  expect(ldap["head-office"]?.bindPassword?.reveal()).toBe(CANARY);
  expect(ldap["branch"]).toMatchObject({ url: "ldap://b.example", baseDn: "dc=b", startTls: true });
  expect(Object.keys(oidc).sort()).toEqual(["main", "other", "third"]);
  expect(oidc["main"]?.clientSecret?.reveal()).toBe(CANARY);
  expect(loaded.origins.get("auth.ldap.branch.url")).toBe("BERTH_AUTH_LDAP_BRANCH_URL");
  const printed = printConfig(loaded);
  expect(printed).not.toContain(CANARY);
  expect(printed).toContain(`bindPassword: "***"`);
  expect(printed).toContain(`url: "ldap://b.example" # BERTH_AUTH_LDAP_BRANCH_URL`);
});

test("both a secret and its file, and a file that cannot be read, are mistakes", () => {
  const one = `auth: { ldap: { corp: { ${LDAP}, bindPassword: a, bindPasswordFile: /b } } }`;
  expect(messageOf({ file: file(one) })).toContain("give either auth.ldap.corp.bindPassword or");
  const other = { BERTH_AUTH_OIDC_MAIN_CLIENT_SECRET_FILE: "/not/there" };
  expect(messageOf({ environment: other })).toContain("auth.oidc.main.clientSecretFile");
});

test("a variable that is nearly right is no setting, and a directory without an address is not whole", () => {
  expect(messageOf({ environment: { BERTH_AUTH_LDAP_CORP_BIND_DM: "cn=a" } })).toContain(
    "did you mean BERTH_AUTH_LDAP_CORP_BIND_DN?",
  );
  expect(messageOf({ environment: { BERTH_AUTH_LDAP_CORP_BASE_DN: "dc=a" } })).toContain(
    "auth.ldap.corp.url: is required here",
  );
});
