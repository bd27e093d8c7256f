/** An answer of JSON lines, for works that take long: the first at once, the last says how it ended. */
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Line } from "../api.ts";

/** Resolves when the reader is not far behind. */
export type Emit = (line: Line) => Promise<void>;

/** An empty line as often as this: a connection without traffic is closed after ten seconds. */
const ALIVE_MS = 5_000;
const AHEAD_LINES = 256;

/** Whoever runs this server may read what went wrong: the message of an unexpected error too. */
export function jsonLines(context: RequestContext, log: Log, work: (emit: Emit) => Promise<unknown>): Response {
  const encoder = new TextEncoder();
  let waiting: (() => void)[] = [];
  let isOpen = true;
  const wake = () => {
    for (const resume of waiting) resume();
    waiting = [];
  };
  const run = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const write = (text: string) => {
      if (!isOpen) return;
      try {
        controller.enqueue(encoder.encode(`${text}\n`));
      } catch {
        // The reader has gone, and nobody said so: no reason to end the work's server, as an error in a timer would.
        isOpen = false;
        wake();
      }
    };
    const emit: Emit = async (line) => {
      write(JSON.stringify(line));
      if (isOpen && (controller.desiredSize ?? 0) <= 0) await new Promise<void>((resume) => waiting.push(resume));
    };
    const alive = setInterval(() => write(""), ALIVE_MS);
    try {
      write("");
      const result = await work(emit);
      write(JSON.stringify({ event: "done", result } satisfies Line));
    } catch (error) {
      if (isOpen && !(error instanceof RegistryError)) {
        log.warn("an operator's command failed", { id: context.id, path: context.path, error });
      }
      write(JSON.stringify(describeFailure(error)));
    } finally {
      clearInterval(alive);
      if (isOpen) controller.close();
      isOpen = false;
    }
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void run(controller),
      pull: wake,
      cancel: () => {
        isOpen = false;
        wake();
      },
    },
    new CountQueuingStrategy({ highWaterMark: AHEAD_LINES }),
  );
  return new Response(body, {
    headers: { "Content-Type": "application/jsonl", "Cache-Control": "no-store", "X-Request-Id": context.id },
  });
}

function describeFailure(error: unknown): Line {
  if (error instanceof RegistryError) return { event: "failed", code: error.wireCode, message: error.message };
  return { event: "failed", code: "UNKNOWN", message: error instanceof Error ? error.message : String(error) };
}
