import { describe, expect, test } from "bun:test";
import { isLoopbackHost, isValidHost, TrustedProxies, unmapped } from "./client-address.ts";

const PROXIES = ["10.0.0.0/8", "192.168.1.1", "fd00::/8", "2001:db8::1"];
const proxies = new TrustedProxies(PROXIES);

function addressOf(peer: string, forwardedFor: string | null): string {
  const headers = new Headers(forwardedFor === null ? {} : { "X-Forwarded-For": forwardedFor });
  return proxies.resolve(peer, headers, false).address;
}

describe("the client's address", () => {
  const cases: [peer: string, forwardedFor: string | null, expected: string][] = [
    // Not a proxy of ours: what it claims is nothing.
    ["1.2.3.4", null, "1.2.3.4"],
    ["1.2.3.4", "9.9.9.9", "1.2.3.4"],
    ["1.2.3.4", "10.0.0.1", "1.2.3.4"],
    ["11.0.0.1", "9.9.9.9", "11.0.0.1"],
    ["9.255.255.255", "9.9.9.9", "9.255.255.255"],
    ["192.168.1.2", "9.9.9.9", "192.168.1.2"],
    ["2001:db8::2", "9.9.9.9", "2001:db8::2"],
    ["fe00::1", "9.9.9.9", "fe00::1"],
    ["::1", "9.9.9.9", "::1"],
    ["127.0.0.1", "9.9.9.9", "127.0.0.1"],
    ["::ffff:1.2.3.4", "9.9.9.9", "::ffff:1.2.3.4"],
    // A proxy of ours, with nothing or nonsense to say.
    ["10.0.0.1", null, "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    ["10.0.0.1", " ", "10.0.0.1"],
    ["10.0.0.1", ",", "10.0.0.1"],
    ["10.0.0.1", "unknown", "10.0.0.1"],
    ["10.0.0.1", "localhost", "10.0.0.1"],
    ["10.0.0.1", "9.9.9.9:1234", "10.0.0.1"],
    ["10.0.0.1", "[2001:db8::9]", "10.0.0.1"],
    ["10.0.0.1", "999.1.1.1", "10.0.0.1"],
    ["10.0.0.1", '"9.9.9.9"', "10.0.0.1"],
    ["10.0.0.1", "9.9.9.9;x", "10.0.0.1"],
    ["10.0.0.1", "0x7f.1", "10.0.0.1"],
    // One proxy.
    ["10.0.0.1", "9.9.9.9", "9.9.9.9"],
    ["10.255.255.255", "9.9.9.9", "9.9.9.9"],
    ["192.168.1.1", "9.9.9.9", "9.9.9.9"],
    ["fd00::1", "9.9.9.9", "9.9.9.9"],
    ["2001:db8::1", "2001:db8::9", "2001:db8::9"],
    ["::ffff:10.0.0.1", "9.9.9.9", "9.9.9.9"],
    ["10.0.0.1", "127.0.0.1", "127.0.0.1"],
    ["10.0.0.1", "  9.9.9.9  ", "9.9.9.9"],
    // Several hops: the rightmost that is no proxy of ours; what stands left of it, its sender made up.
    ["10.0.0.1", "8.8.8.8, 9.9.9.9", "9.9.9.9"],
    ["10.0.0.1", "10.0.0.7, 9.9.9.9", "9.9.9.9"],
    ["10.0.0.1", "9.9.9.9, 10.0.0.2", "9.9.9.9"],
    ["10.0.0.1", "9.9.9.9,10.0.0.2,192.168.1.1,fd00::5", "9.9.9.9"],
    ["10.0.0.1", "8.8.8.8, 9.9.9.9, 10.0.0.2", "9.9.9.9"],
    ["10.0.0.1", "9.9.9.9, ::ffff:10.0.0.2", "9.9.9.9"],
    ["10.0.0.1", "9.9.9.9, garbage, 10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", "9.9.9.9, garbage", "10.0.0.1"],
    ["10.0.0.1", "9.9.9.9, , 10.0.0.2", "10.0.0.2"],
    // All are proxies of ours: the first of them asked by itself.
    ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["10.0.0.1", "10.0.0.1", "10.0.0.1"],
  ];
  test.each(cases)("peer %s, forwarded for %j: %s", (peer, forwardedFor, expected) => {
    expect(addressOf(peer, forwardedFor)).toBe(expected);
  });

  test("without proxies nothing is believed", () => {
    const none = new TrustedProxies([]);
    const headers = new Headers({ "X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https" });
    expect(none.isEmpty).toBe(true);
    expect(none.resolve("10.0.0.1", headers, false)).toEqual({ address: "10.0.0.1", isHttps: false });
  });

  test("whether it spoke TLS: the nearest proxy's word, from proxies alone", () => {
    const ask = (peer: string, proto: string | null, isTls: boolean) =>
      proxies.resolve(peer, new Headers(proto === null ? {} : { "X-Forwarded-Proto": proto }), isTls).isHttps;
    expect(ask("10.0.0.1", "https", false)).toBe(true);
    expect(ask("10.0.0.1", "HTTPS", false)).toBe(true);
    expect(ask("10.0.0.1", "http", true)).toBe(false);
    expect(ask("10.0.0.1", "http, https", false)).toBe(true);
    expect(ask("10.0.0.1", "https, http", false)).toBe(false);
    expect(ask("10.0.0.1", null, true)).toBe(true);
    expect(ask("10.0.0.1", "javascript", false)).toBe(false);
    expect(ask("1.2.3.4", "https", false)).toBe(false);
    expect(ask("1.2.3.4", "http", true)).toBe(true);
  });

  test("what is no address or network is refused", () => {
    for (const entry of ["", "proxy.example.com", "10.0.0", "10.0.0.0/33", "fd00::/129"]) {
      expect(() => new TrustedProxies([entry])).toThrow();
    }
  });

  test("an IPv4 peer of an IPv6 socket", () => {
    expect(unmapped("::ffff:1.2.3.4")).toBe("1.2.3.4");
    expect(unmapped("::ffff:1")).toBe("::ffff:1");
    expect(unmapped("1.2.3.4")).toBe("1.2.3.4");
  });
});

describe("Host headers", () => {
  test.each([
    "localhost",
    "localhost:5000",
    "registry.example.com",
    "127.0.0.1:1",
    "[::1]",
    "[::1]:5000",
    "my_registry:80",
  ])("%s is one", (host) => expect(isValidHost(host)).toBe(true));

  test.each([
    "",
    ":5000",
    "a b",
    "a/b",
    "a@b",
    "a\r\nX: y",
    "a,b",
    "http://a",
    "[::1",
    "::1",
    "a:b",
    "a:123456",
    "-a",
    "a?b",
    "[x]",
    "a:",
  ])("%j is none", (host) => expect(isValidHost(host)).toBe(false));

  test.each(["localhost", "LOCALHOST:5000", "app.localhost", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:5000"])(
    "%s is this machine",
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  test.each([
    "localhost.example.com",
    "example.com",
    "127.0.0.1.example.com",
    "10.0.0.1",
    "[::2]",
    "0.0.0.0",
    "notlocalhost",
    "localhost:5000.example.com",
    "localhost@example.com",
    "127.1",
  ])("%s is not", (host) => expect(isLoopbackHost(host)).toBe(false));
});
