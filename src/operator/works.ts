/**
 * The long works that operators ask for. Two of one kind do not run at once; each ends when whoever asked goes away, and
 * when the server stops.
 */
import { RegistryError } from "../errors.ts";

export type Work = {
  /** Runs the body to its end; throws as soon as it must end, even when the body takes longer to notice. Once only. */
  run: <T>(body: (signal: AbortSignal) => Promise<T>) => Promise<T>;
};

export class Works {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #stopping = new AbortController();

  /** Takes the place of this kind of work until it has run. Throws UNAVAILABLE when another one has it. */
  begin(kind: string, asked: AbortSignal): Work {
    this.#stopping.signal.throwIfAborted();
    if (this.#running.has(kind)) {
      throw new RegistryError("UNAVAILABLE", {
        message: `a ${kind} is under way already: try again when it has ended`,
        headers: { "Retry-After": "60" },
      });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(kind, promise);
    const signal = AbortSignal.any([asked, this.#stopping.signal]);
    return {
      run: async (body) => {
        const work = body(signal).finally(() => {
          this.#running.delete(kind);
          resolve();
        });
        return await Promise.race([work, rejectWhenAborted(signal)]);
      },
    };
  }

  /** Ends what runs, and lets nothing new begin. */
  stop(): void {
    this.#stopping.abort(
      new RegistryError("UNAVAILABLE", { message: "the server is stopping: run the command again afterwards" }),
    );
  }

  /** `stop`; resolves when everything has ended. */
  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.#running.values());
  }
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
