import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../lib/secret.ts";
import { createLog, type Log, type LogOptions } from "./log.ts";

function linesOf(options: Omit<LogOptions, "fd">, work: (log: Log) => void): string[] {
  const directory = mkdtempSync(join(tmpdir(), "berth-log-"));
  const path = join(directory, "log");
  const fd = openSync(path, "w");
  try {
    const log = createLog({ ...options, fd });
    work(log);
    log.close();
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true, force: true });
  }
}

test("levels below the least are not written", () => {
  const all = (log: Log) => {
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
  };
  const messages = (level: LogOptions["level"]) =>
    linesOf({ level, format: "json" }, all).map((line) => (JSON.parse(line) as { message: string }).message);
  expect(messages("debug")).toEqual(["d", "i", "w", "e"]);
  expect(messages("warn")).toEqual(["w", "e"]);
  expect(messages("error")).toEqual(["e"]);
});

for (const format of ["json", "text"] as const) {
  test(`${format}: an event is one line, whatever its texts hold, with causes and without secrets`, () => {
    const lines = linesOf({ level: "info", format }, (log) => {
      log.info("a\nforged\r\nline", { text: 'b\n"c"', password: new Secret("hunter2"), count: 3 });
      log.error("failed", { error: new Error("outer\nx", { cause: new Error("inner") }) });
    });
    expect(lines).toHaveLength(2);
    expect(lines.join("\n")).not.toContain("hunter2");
    expect(lines[0]).toContain("***");
    expect(lines[1]).toContain("inner");
  });
}

test("a field without a value does not stop the line", () => {
  for (const format of ["json", "text"] as const) {
    const lines = linesOf({ level: "info", format }, (log) => log.info("x", { nothing: undefined }));
    expect(lines).toHaveLength(1);
  }
});
