import { expect, test } from "bun:test";
import { formatAgo, formatBytes, formatShort, plural } from "./format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [123_456, "123 kB"],
  [5_500_000_000, "5.5 GB"],
  [-1_500, "-1.5 kB"],
])("%d bytes", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("counts", () => {
  expect(plural(1, "tag")).toBe("1 tag");
  expect(plural(12_345, "repository", "repositories")).toBe("12,345 repositories");
  expect(formatShort(1_234_567)).toBe("1.2M");
});

test("times", () => {
  const now = Date.parse("2026-05-10T12:00:00Z");
  expect(formatAgo(now - 10_000, now)).toBe("just now");
  expect(formatAgo("2026-05-10T09:00:00Z", now)).toBe("3 hours ago");
  expect(formatAgo("2026-05-09T11:00:00Z", now)).toBe("yesterday");
  expect(formatAgo("2026-05-12T12:00:01Z", now)).toBe("in 2 days");
  expect(formatAgo("2024-01-01T00:00:00Z", now)).toBe("2 years ago");
});
