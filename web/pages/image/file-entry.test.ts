import { expect, test } from "bun:test";
import { modeText, parentOf, runsAsOther, targetOf } from "./file-entry.ts";

test.each([
  ["file", 0o644, "-rw-r--r--"],
  ["directory", 0o1777, "drwxrwxrwt"],
  ["file", 0o4755, "-rwsr-xr-x"],
  ["file", 0o2644, "-rw-r-Sr--"],
  ["symlink", 0o777, "lrwxrwxrwx"],
  ["fifo", 0, "p---------"],
] as const)("%s %d", (type, mode, text) => expect(modeText(type, mode)).toBe(text));

test("who it runs as", () => {
  expect(runsAsOther({ type: "file", mode: 0o4755 })).toBe("set-uid");
  expect(runsAsOther({ type: "hardlink", mode: 0o2755 })).toBe("set-gid");
  expect(runsAsOther({ type: "directory", mode: 0o2755 })).toBeNull();
  expect(runsAsOther({ type: "file", mode: 0o755 })).toBeNull();
});

test("where links lead", () => {
  const link = (path: string, linkTarget: string | null) => targetOf({ path, type: "symlink", linkTarget });
  expect(link("usr/bin/sh", "busybox")).toBe("usr/bin/busybox");
  expect(link("usr/bin/sh", "../../bin/./ash")).toBe("bin/ash");
  expect(link("a", "/etc//passwd")).toBe("etc/passwd");
  expect(link("a", "../../../x")).toBe("x");
  expect(link("a", null)).toBeNull();
  expect(targetOf({ path: "b/c", type: "hardlink", linkTarget: "b/a" })).toBe("b/a");
  expect(parentOf("a/b")).toBe("a");
  expect(parentOf("a")).toBe("");
});
