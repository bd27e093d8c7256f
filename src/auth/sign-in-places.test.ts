// What counts as the same place: hostile texts are cut and make no new kinds of browsers.
import { expect, test } from "bun:test";
import { placeOf } from "./sign-in-places.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

test.each([
  [FIREFOX, "192.0.2.7", "Firefox Linux 192.0.2"],
  [FIREFOX.replaceAll("128", "140"), "192.0.2.200", "Firefox Linux 192.0.2"],
  [FIREFOX, "::ffff:192.0.2.7", "Firefox Linux 192.0.2"],
  [CHROME, "2001:DB8:1:2::7", "Chrome Windows 2001:db8:1"],
  [`${CHROME} Edg/126.0`, "2001:db8:1:ffff:1:2:3:4", "Edg Windows 2001:db8:1"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "::1", "Safari iPhone 0:0:0"],
  ["curl/8.5.0", "2001:db8::1", "curl - 2001:db8:0"],
  ["", "unknown", "- - unknown"],
  ["\u0000\n'; drop table accounts; --", "", "- - "],
])("%j at %s is %s", (agent, address, place) => {
  expect(placeOf({ agent, address })).toBe(place);
});

test("no text makes it long", () => {
  expect(placeOf({ agent: "x".repeat(1e6), address: "1".repeat(1e6) }).length).toBeLessThan(120);
});
