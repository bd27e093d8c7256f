import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { Log } from "../telemetry/log.ts";
import { accessLogger, type AccessEntry } from "./access-log.ts";

const ENTRY: AccessEntry = {
  id: "abc-1",
  method: "GET",
  path: "/v2/",
  route: "end-1",
  status: 200,
  sizeBytes: 2,
  durationMs: 1.234,
  address: "127.0.0.1",
  agent: "curl/8",
  caller: "anonymous",
};

function lineOf(format: "json" | "text", changes: Partial<AccessEntry>): string {
  const lines: string[] = [];
  const nothing = () => undefined;
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    line: (text) => lines.push(text),
    format,
    isInfo: true,
    dropped: 0,
    close: nothing,
  };
  accessLogger(log)?.({ ...ENTRY, ...changes });
  if (lines.length !== 1) throw new Error("not one line");
  return lines[0] ?? "";
}

const isControl = (code: number) => code < 0x20 || (code >= 0x7f && code < 0xa0);
const hasControls = (text: string) => Array.from(text).some((it) => isControl(it.codePointAt(0) ?? 0));

test("a JSON line holds every field", () => {
  const { durationMs: _, sizeBytes, ...rest } = ENTRY;
  expect(JSON.parse(lineOf("json", {}))).toEqual({
    ...rest,
    bytes: sizeBytes,
    ms: 1.23,
    level: "info",
    message: "request",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(JSON.parse(lineOf("json", { agent: null }))).toMatchObject({ agent: null });
});

test("a text line", () => {
  expect(lineOf("text", {})).toMatch(/^\S+Z INFO {2}200 "GET \/v2\/" 2 bytes in 1\.2 ms for 127\.0\.0\.1 \(abc-1\)$/);
});

describe("what a client sends forges no line", () => {
  const attacks = [
    'x" 200 "GET /admin',
    "x\n2026-01-01T00:00:00Z INFO  200",
    '\r\n{"level":"info","message":"request","status":200}',
    '","status":200,"x":"',
    "\u001b[2J\u001b]0;title\u0007",
    "\u0000\u0008\u007f",
    "\u2028\u2029\u0085\u009b31m",
    "\\",
    "\ud800",
  ];
  for (const format of ["json", "text"] as const) {
    test.each(attacks)(`${format}: %j`, (text) => {
      const line = lineOf(format, { path: `/${text}`, method: text, agent: text, caller: text });
      expect(hasControls(line)).toBe(false);
      if (format === "json") {
        expect(JSON.parse(line)).toMatchObject({ status: 200, path: `/${text}`, agent: text, caller: text });
      } else {
        expect(line).toEndWith("2 bytes in 1.2 ms for 127.0.0.1 (abc-1)");
      }
    });
  }

  test("whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        for (const format of ["json", "text"] as const) {
          const line = lineOf(format, { path: text, agent: text, caller: text });
          expect(line.split(/[\r\n]/)).toHaveLength(1);
          if (format === "json") expect(JSON.parse(line)).toMatchObject({ path: text, status: 200 });
        }
      }),
    );
  });

  test("long texts are cut", () => {
    const text = "x".repeat(100_000);
    for (const format of ["json", "text"] as const) {
      expect(lineOf(format, { path: text, agent: text, caller: text }).length).toBeLessThan(3_000);
    }
  });
});
