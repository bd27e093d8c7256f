import { expect, test } from "bun:test";
import { sourceOfAddress } from "./source.ts";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8::/64"],
  ["2001:db8:0:1::9", "2001:db8:0:1::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["::1", "::/64"],
  ["::", "::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b::/64"],
])("%s is counted for %s", (address, source) => {
  expect(sourceOfAddress(address)).toBe(source);
});

test.each(["", ":", "1::2::3", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", `${"1:".repeat(500)}1`])(
  "%p, which is no address, stands for itself and stays short",
  (text) => {
    expect(sourceOfAddress(text)).toBe(text.slice(0, 64));
  },
);
