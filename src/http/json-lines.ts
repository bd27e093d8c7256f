/** Answers of JSON lines, for what takes long: the first at once, each as soon as there is something to say. */
import { JSON_LINES, type Endpoint, type LineOf } from "../contract/endpoint.ts";
import { content, type Answer } from "./contract-routes.ts";

/** Resolves when the reader is not far behind. Throws for a line that the endpoint does not declare. */
export type Emit<L> = (line: L) => Promise<void>;

/** An empty line as often as this: a connection without traffic is closed after ten seconds. */
const ALIVE_MS = 5_000;
const AHEAD_LINES = 256;

/** `body`: emits the lines; its end is that of the answer. A reader that goes away does not end it: the request's signal tells. */
export function lines<E extends Endpoint>(
  endpoint: E,
  body: (emit: Emit<LineOf<E>>) => Promise<void>,
): Answer<undefined> {
  const { line: schema } = endpoint.schemas();
  if (schema === undefined) throw new Error(`${endpoint.id} does not answer in lines`);
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
    const alive = setInterval(() => write(""), ALIVE_MS);
    try {
      write("");
      await body(async (line) => {
        write(JSON.stringify(schema.parse(line)));
        if (isOpen && (controller.desiredSize ?? 0) <= 0) await new Promise<void>((resume) => waiting.push(resume));
      });
      if (isOpen) controller.close();
    } catch (error) {
      if (isOpen) controller.error(error);
    } finally {
      clearInterval(alive);
      isOpen = false;
    }
  };
  const stream = new ReadableStream<Uint8Array>(
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
  return content({ type: JSON_LINES, body: stream });
}
