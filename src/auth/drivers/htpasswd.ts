/**
 * People out of an htpasswd file, as `registry:2` and Apache have them. The file is looked at again while people log in,
 * so that a change counts within seconds and a quiet server does nothing.
 *
 * `htpasswd` itself empties the file and writes it anew, so a reader may find any beginning of it. A state of the file in
 * which somebody is missing who was there before therefore counts only once it has stood for two seconds; one of which
 * not a line can be used never does.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Log } from "../../telemetry/log.ts";
import { makeDummyBcrypt, type Passwords } from "../passwords.ts";
import type { Identity, PasswordSource } from "../source.ts";
import { type HtpasswdFile, parseHtpasswd } from "./htpasswd-file.ts";

export type HtpasswdOptions = {
  file: string;
  log: Log;
  /** Bounds how many hashes are computed at once, together with those of other sources. */
  passwords: Passwords;
  /** Milliseconds between two looks at the file. */
  lookEveryMs?: number;
  /** Milliseconds for which a state of the file stands before it is relied on. */
  settleMs?: number;
};

const LOOK_EVERY_MS = 1_000;
const SETTLE_MS = 2_000;
const MAX_FILE_BYTES = 64 * 2 ** 20;
/** What `htpasswd -B` and others use unless told otherwise, for a file without anybody in it. */
const COMMON_COST = 10;

/** Throws when the file cannot be read now: that is a mistake in the configuration. Later it is a line in the log. */
export async function htpasswdSource(options: HtpasswdOptions): Promise<PasswordSource> {
  const { passwords } = options;
  const users = new Users(options);
  await users.start();
  return {
    name: "htpasswd",
    async verify(login, password) {
      await users.look();
      const { hash, dummyHash } = users.find(login);
      // Somebody unknown costs what somebody known costs.
      const isRight = await passwords.verify(password, hash ?? dummyHash);
      return isRight && hash !== null ? identityOf(login) : null;
    },
    revision: async () => {
      await users.look();
      return users.changedAt;
    },
    close: async () => undefined,
  };
}

function identityOf(login: string): Identity {
  return {
    source: "htpasswd",
    subject: login,
    login,
    displayName: null,
    email: null,
    isEmailVerified: false,
    groups: [],
  };
}

/** The file's content, and what is known of its state. */
class Users {
  readonly #file: string;
  readonly #log: Log;
  readonly #lookEveryMs: number;
  readonly #settleMs: number;
  #content: HtpasswdFile = parseHtpasswd("");
  #dummyHash = makeDummyBcrypt(COMMON_COST);
  /** The state that was seen last, since when, and whether it has been read after it had stood for long enough. */
  #stamp = "";
  #seenAtMs = 0;
  #isSettled = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  /** What the log was told last, so that it is told once. */
  #problem: string | null = null;
  #warned = "";
  /** Of the text that was taken last, so that one that is merely read again is no change. */
  #digest: bigint | number | null = null;
  /** Ms since 1970. */
  changedAt = 0;

  constructor({ file, log, lookEveryMs = LOOK_EVERY_MS, settleMs = SETTLE_MS }: HtpasswdOptions) {
    this.#file = file;
    this.#log = log;
    this.#lookEveryMs = lookEveryMs;
    this.#settleMs = settleMs;
  }

  async start(): Promise<void> {
    try {
      const { stamp, text, writtenAt } = await readFile(this.#file, null);
      this.#lookedAtMs = this.#seenAtMs = performance.now();
      this.#stamp = stamp;
      this.#take(parseHtpasswd(text ?? ""), Bun.hash(text ?? ""), writtenAt);
    } catch (cause) {
      throw new Error(`cannot read the htpasswd file ${this.#file}: ${reasonOf(cause)}`, { cause });
    }
    if (this.#content.userCount > 0) return;
    this.#log.warn("the htpasswd file has nobody in it who could log in", { file: this.#file });
  }

  find(login: string): { hash: string | null; dummyHash: string } {
    return { hash: this.#content.hashes.get(login) ?? null, dummyHash: this.#dummyHash };
  }

  /** Reads the file again if it changed. Never throws: what was read last stays. */
  look(): Promise<void> {
    if (this.#looking !== null) return this.#looking;
    if (performance.now() - this.#lookedAtMs < this.#lookEveryMs) return Promise.resolve();
    this.#looking = this.#refresh()
      .catch((error: unknown) => {
        this.#isSettled = false;
        this.#report(`it cannot be read: ${reasonOf(error)}`);
      })
      .finally(() => {
        this.#lookedAtMs = performance.now();
        this.#looking = null;
      });
    return this.#looking;
  }

  async #refresh(): Promise<void> {
    const { stamp, text } = await readFile(this.#file, this.#isSettled ? this.#stamp : null);
    if (text === null) return;
    const nowMs = performance.now();
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#seenAtMs = nowMs;
      this.#isSettled = false;
    }
    // Two changes within a tick of the file system's clock have one stamp: the last read comes a while after the last change.
    const hasStood = nowMs - this.#seenAtMs >= this.#settleMs;
    const content = parseHtpasswd(text);
    const isGarbage = content.userCount === 0 && content.problemCount > 0;
    if (hasStood) this.#isSettled = true;
    if (isGarbage && hasStood) this.#report("not a line of it can be used");
    if (isGarbage || (!hasStood && this.#isSomebodyMissing(content))) return;
    if (this.#problem !== null) this.#log.info("the htpasswd file is read again", { file: this.#file });
    this.#problem = null;
    this.#take(content, Bun.hash(text), Date.now());
  }

  #isSomebodyMissing(content: HtpasswdFile): boolean {
    for (const [name, hash] of this.#content.hashes) {
      if (hash !== null && (content.hashes.get(name) ?? null) === null) return true;
    }
    return false;
  }

  #take(content: HtpasswdFile, digest: bigint | number, changedAt: number): void {
    if (digest !== this.#digest) this.changedAt = Math.max(changedAt, this.changedAt + 1);
    this.#digest = digest;
    const cost = content.usualCost ?? COMMON_COST;
    if (cost !== this.#content.usualCost) this.#dummyHash = makeDummyBcrypt(cost);
    this.#content = content;

    const warned = JSON.stringify([content.problems, content.problemCount]);
    if (warned === this.#warned) return;
    this.#warned = warned;
    for (const { line, problem } of content.problems) {
      this.#log.warn(`line ${line} of the htpasswd file ${problem}; it is skipped`, { file: this.#file, line });
    }
    const more = content.problemCount - content.problems.length;
    if (more > 0) this.#log.warn(`${more} more lines of the htpasswd file are skipped`, { file: this.#file });
  }

  #report(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#log.error("the htpasswd file is not used as it is now; what was read from it before goes on to count", {
      file: this.#file,
      problem,
    });
  }
}

/** The text is null when the state of the file is the known one. Both are of one file, whatever takes its name meanwhile. */
async function readFile(
  path: string,
  knownStamp: string | null,
): Promise<{ stamp: string; text: string | null; writtenAt: number }> {
  // Without O_NONBLOCK a pipe in the file's place would be waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw new Error("it is not a file");
    if (stats.size > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`);
    const stamp = [stats.mtimeNs, stats.ctimeNs, stats.size, stats.ino, stats.dev].join(":");
    const text = stamp === knownStamp ? null : new TextDecoder().decode(await handle.readFile());
    return { stamp, text, writtenAt: Number(stats.ctimeMs) };
  } finally {
    await handle.close();
  }
}

/** The system's own words name the file and the failure, never its content. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
