import { describe, expect, test } from "bun:test";
import { ldapConfig } from "./ldap-config.ts";

const least = { url: "ldaps://directory.example", baseDn: "dc=example,dc=com" };
const problems = (input: Record<string, unknown>) =>
  ldapConfig.safeParse({ ...least, ...input }).error?.issues.map((issue) => issue.path.join(".")) ?? [];

describe("configuration of a directory", () => {
  test("has safe defaults", () => {
    expect(ldapConfig.parse(least)).toMatchObject({
      startTls: true,
      userFilter: "(uid={login})",
      attributes: { login: "uid", subject: "entryUUID", displayName: "cn", email: "mail" },
      emailIsVerified: false,
      groups: { from: "attribute", attribute: "memberOf", name: "dn" },
      timeoutSeconds: 10,
    });
  });

  test("does not show the password", () => {
    const config = ldapConfig.parse({ ...least, bindDn: "cn=berth,dc=b", bindPassword: "secret" });
    expect(JSON.stringify(config) + Bun.inspect(config)).not.toContain('"secret"');
    expect(config.bindPassword?.reveal()).toBe("secret");
  });

  test("takes addresses of directories only", () => {
    for (const url of ["ldap://localhost", "ldap://[::1]:389/", "ldaps://10.0.0.1:636"])
      expect(problems({ url })).toEqual([]);
    const wrong = [
      "",
      "ldap://",
      "http://a",
      "ldap://a/dc=b",
      "ldap://u:p@a",
      "ldap://a?x",
      "ldap://a#x",
      "ldapi:///run",
    ];
    for (const url of wrong) expect({ url, problems: problems({ url }) }).toEqual({ url, problems: ["url"] });
  });

  test("takes filters with their placeholder and matching parentheses only", () => {
    for (const userFilter of ["(uid={login})", "(&(a=b)(|(uid={login})(mail={login})))", "(a=\\28{login})"]) {
      expect(problems({ userFilter })).toEqual([]);
    }
    for (const userFilter of [
      "",
      "uid={login}",
      "(uid=alice)",
      "((uid={login})",
      "(a=b)(uid={login})",
      "(uid={login}))",
    ]) {
      expect(problems({ userFilter })).toContain("userFilter");
    }
  });

  test("says what belongs together", () => {
    expect(problems({ bindDn: "cn=a" })).toEqual(["bindPassword"]);
    expect(problems({ bindPassword: "a" })).toEqual(["bindPassword"]);
    expect(problems({ bindDn: "cn=a", bindPassword: "" })).toContain("bindPassword");
    expect(problems({ groups: { from: "search" } })).toEqual(["groups.baseDn"]);
    expect(problems({ groups: { name: "cn" } })).toEqual(["groups.baseDn"]);
    expect(problems({ groups: { name: "cn", from: "none" } })).toEqual([]);
    expect(problems({ groups: { name: "DN" } })).toEqual([]);
    expect(problems({ baseDn: "example.com" })).toEqual(["baseDn"]);
    expect(problems({ timeoutSeconds: 0 })).toEqual(["timeoutSeconds"]);
    expect(problems({ nonsense: 1 })).toEqual([""]);
  });
});
