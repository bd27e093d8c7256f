import { describe, expect, test } from "bun:test";
import { escapeFilter, fillFilter, isWithin, parseDn } from "./ldap-dn.ts";

describe("distinguished names", () => {
  const value = (dn: string) => parseDn(dn)?.[0]?.[0]?.value;

  test("are taken apart as RFC 4514 writes them", () => {
    expect(parseDn("CN=a, OU = b ,dc=c")).toEqual([
      [{ type: "cn", value: "a" }],
      [{ type: "ou", value: "b" }],
      [{ type: "dc", value: "c" }],
    ]);
    expect(parseDn("cn=a+uid=b,1.2.3=c")?.[0]).toEqual([
      { type: "cn", value: "a" },
      { type: "uid", value: "b" },
    ]);
    expect(value("cn=r&d \\2B (ops)\\2C all,dc=c")).toBe("r&d + (ops), all");
    expect(value("cn=a\\,b\\+c\\\\d\\=e,dc=c")).toBe("a,b+c\\d=e");
    expect(value("cn=J\\c3\\BCrgen")).toBe("Jürgen");
    expect(value("cn=ü\\ ,dc=c")).toBe("ü ");
    expect(value("cn=😀\\😀")).toBe("😀😀");
    expect(value("cn=,dc=c")).toBe("");
    expect(value("cn=#04024869")).toBe("#04024869");
    for (const wrong of ["", "a", "=a", "cn=a,", "cn=a,b", ",cn=a", "cn=a\\", "c n=a", "developers"]) {
      expect({ wrong, steps: parseDn(wrong) }).toEqual({ wrong, steps: null });
    }
  });

  test("lie below others whatever their case and spaces, and never by the look of their end", () => {
    expect(isWithin("cn=A,OU=Groups, dc=B", "ou=groups,DC=b")).toBe(true);
    expect(isWithin("ou=groups,dc=b", "ou=groups,dc=b")).toBe(true);
    expect(isWithin("b=2+a=1,dc=b", "a=1+b=2,dc=b")).toBe(true);
    expect(isWithin("cn=a\\,ou=groups,dc=b", "ou=groups,dc=b")).toBe(false);
    expect(isWithin("cn=a,xou=groups,dc=b", "ou=groups,dc=b")).toBe(false);
    expect(isWithin("dc=b", "ou=groups,dc=b")).toBe(false);
    expect(isWithin("admins", "ou=groups,dc=b")).toBe(false);
  });
});

describe("filters", () => {
  test("have every character that means something escaped", () => {
    expect(escapeFilter("*)(uid=*\\\0&|!é")).toBe("\\2a\\29\\28uid=\\2a\\5c\\00&|!é");
  });

  test("are filled in one pass, with text that stays text", () => {
    expect(fillFilter("(|(uid={login})(mail={login}))", { login: "a)b" })).toBe("(|(uid=a\\29b)(mail=a\\29b))");
    expect(fillFilter("(a={login})(b={dn})", { login: "{dn}", dn: "$&$'" })).toBe("(a={dn})(b=$&$')");
    expect(fillFilter("(a={constructor}{x})", { login: "a" })).toBe("(a={constructor}{x})");
  });
});
