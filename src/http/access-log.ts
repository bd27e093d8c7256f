/** One line a request. Built by hand: it is written for every request, and only a few of its values need escaping. */
import { CONTROL, CONTROLS, createClock, escapeControl, type Log } from "../telemetry/log.ts";

export type AccessEntry = {
  id: string;
  method: string;
  path: string;
  route: string;
  status: number;
  /** Bytes of the answer's body as announced; what a client that hung up did not take is not known. */
  sizeBytes: number;
  durationMs: number;
  address: string;
  agent: string | null;
  caller: string;
};

const MAX_TEXT = 512;

/** Null where the log's level leaves requests out. */
export function accessLogger(log: Log): ((entry: AccessEntry) => void) | null {
  if (!log.isInfo) return null;
  const format = log.format === "json" ? formatJson : formatText;
  const clock = createClock();
  return (entry) => log.line(format(entry, clock()));
}

function formatJson(entry: AccessEntry, time: string): string {
  return (
    `{"time":"${time}","level":"info","message":"request","id":"${entry.id}",` +
    `"method":${quote(entry.method)},"path":${quote(entry.path)},"route":"${entry.route}","status":${entry.status},` +
    `"bytes":${entry.sizeBytes},"ms":${entry.durationMs.toFixed(2)},"address":"${entry.address}",` +
    `"agent":${entry.agent === null ? "null" : quote(entry.agent)},"caller":${quote(entry.caller)}}`
  );
}

function formatText(entry: AccessEntry, time: string): string {
  return (
    `${time} INFO  ${entry.status} ${quote(`${entry.method} ${entry.path}`)} ` +
    `${entry.sizeBytes} bytes in ${entry.durationMs.toFixed(1)} ms for ${entry.address} (${entry.id})`
  );
}

function quote(text: string): string {
  const quoted = JSON.stringify(text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);
  return CONTROL.test(quoted) ? quoted.replace(CONTROLS, escapeControl) : quoted;
}
