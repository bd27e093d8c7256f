/**
 * A child of this program: the one place where one is started, watched and ended. It gets bytes, no paths and nothing of
 * this process's environment. What it takes of time and memory is watched from here, as it cannot be trusted to do so.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StoredBody } from "../storage/storage.ts";
import type { ChildTask } from "./child/main.ts";

/** The first argument of a child. */
export const CHILD_COMMAND = "layers-child";

const WATCH_MS = 200;
const PAGE_BYTES = 4_096;

export type ChildOptions = {
  task: ChildTask;
  stdin: StoredBody | null;
  hasOutput: boolean;
  onMessage: (message: unknown) => void;
  /** Of its life, without the time that it was paused. */
  wallMs: number;
  /** Of its resident memory. */
  memoryBytes: number;
};

export class ChildProcess {
  readonly #child: Bun.Subprocess<"ignore" | StoredBody, "pipe" | "ignore", "ignore">;
  readonly #watch: Timer;
  readonly #wallMs: number;
  readonly #memoryBytes: number;
  #aliveMs = 0;
  #lookedAt = performance.now();
  #isPaused = false;
  #killedFor: string | null = null;
  #peakBytes = 0;

  constructor({ task, stdin, hasOutput, onMessage, wallMs, memoryBytes }: ChildOptions) {
    this.#wallMs = wallMs;
    this.#memoryBytes = memoryBytes;
    this.#child = Bun.spawn([...program(), CHILD_COMMAND, JSON.stringify(task)], {
      stdin: stdin ?? "ignore",
      stdout: hasOutput ? "pipe" : "ignore",
      stderr: "ignore",
      env: {},
      cwd: "/",
      serialization: "advanced",
      ipc: (message: unknown) => {
        // Whoever listens reads its fields.
        if (typeof message === "object" && message !== null) onMessage(message);
      },
    });
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#watch.unref();
    this.#child.unref();
    void this.#child.exited.then(() => clearInterval(this.#watch));
  }

  get output(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { stdout } = this.#child;
    if (!(stdout instanceof ReadableStream)) throw new Error("this child was started without output");
    return stdout;
  }

  /** Most memory that it was seen to have. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Resolves when it has ended: why, in words, or null when it ended by itself and well. */
  async ended(): Promise<string | null> {
    const code = await this.#child.exited;
    if (this.#killedFor !== null) return this.#killedFor;
    if (this.#child.signalCode === "SIGXCPU") return "reading it takes more processor time than is allowed";
    if (this.#child.signalCode !== null) return `the process that read it was ended by ${this.#child.signalCode}`;
    return code === 0 ? null : `the process that read it ended with ${code}`;
  }

  send(message: unknown): void {
    this.#child.send(message);
  }

  /** Stops it where it is, until `resume`. */
  pause(): void {
    if (this.#isPaused || this.#child.exitCode !== null) return;
    this.#isPaused = true;
    this.#tick();
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#lookedAt = performance.now();
    this.#child.kill("SIGCONT");
  }

  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.#child.kill("SIGKILL");
  }

  #look(): void {
    if (!this.#isPaused) this.#tick();
    if (this.#aliveMs > this.#wallMs) return this.kill(`reading it takes longer than ${this.#wallMs / 1_000} seconds`);
    const memoryBytes = residentBytes(this.#child.pid);
    this.#peakBytes = Math.max(this.#peakBytes, memoryBytes);
    if (memoryBytes > this.#memoryBytes) this.kill("reading it takes more memory than is allowed");
  }

  #tick(): void {
    const now = performance.now();
    this.#aliveMs += now - this.#lookedAt;
    this.#lookedAt = now;
  }
}

/** 0 where that cannot be known. */
function residentBytes(pid: number): number {
  try {
    // Of the kernel's memory: it never waits.
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

/** How this same program is started again: the executable, or the runtime with the source. */
function program(): string[] {
  const isCompiled = import.meta.url.includes("/$bunfs/") || import.meta.url.includes("/~BUN/");
  if (isCompiled) return [process.execPath];
  return [process.execPath, "--no-env-file", fileURLToPath(new URL("../main.ts", import.meta.url))];
}
