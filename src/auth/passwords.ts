/**
 * Passwords, which people can remember and others can therefore guess: hashed slowly, a few at a time.
 *
 * argon2id with 19 MiB and two passes, as OWASP asks; about 30 ms in the thread pool. bcrypt is verified too, for what comes
 * out of htpasswd files. Verifying is the most expensive thing that somebody without an account can ask for, so it is
 * bounded here whoever asks: neither guesses nor a login storm can take the machine's memory and processors.
 */
import { RegistryError } from "../errors.ts";
import { isCommonPassword } from "./common-passwords.ts";

/** KiB */
const MEMORY_COST = 19_456;
const TIME_COST = 2;

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 1_024;
/** What the longest password may come as, with its accents apart; more is not even looked at. */
const MAX_CODE_UNITS = MAX_PASSWORD_LENGTH * 4;

const MAX_RUNNING = 4;
/** A second or two of work on a small machine: who comes later had better try again. */
const MAX_WAITING = 64;
const RETRY_AFTER_SECONDS = 2;

const ARGON2ID = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;
/** Characters carry six bits, so the last ones of salt and digest cannot be all. Bun refuses others, in no time. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;
const BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BCRYPT_BYTES = 72;
export const MIN_BCRYPT_COST = 4;
/** 2^17 rounds are eight seconds; htpasswd makes no more. */
export const MAX_BCRYPT_COST = 17;

/** The work that a hash asks for is bounded too: 1 GiB, 16 passes, 16 threads. */
const MOST_ARGON2ID = { memoryCost: 2 ** 20, timeCost: 16, parallelism: 16 };

/** What no terminal types and `docker login` cannot send. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export class Passwords {
  /** Nobody has this password: its digest is random. As good as a true hash, and made without the work of one. */
  readonly #dummyHash = makeDummyArgon2id();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** A hash to keep, with a salt of its own. Throws TOOMANYREQUESTS when too many wait. The rules are `assertNewPassword`'s. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() =>
      Bun.password.hash(password.normalize("NFC"), {
        algorithm: "argon2id",
        memoryCost: MEMORY_COST,
        timeCost: TIME_COST,
      }),
    );
  }

  /**
   * Whether the password belongs to the hash. `null` stands for somebody unknown: the same work is done and the answer is
   * false, and so it is for a hash in a form that is not known. Throws TOOMANYREQUESTS when too many wait.
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    // No hash is of these: whoever sends one learns nothing from a quick answer.
    if (password === "" || !isHashable(password)) return false;
    const target = hash === null || kindOf(hash) === null ? this.#dummyHash : hash;
    return this.#inTurn(() => verifyOne(password, target));
  }

  /** Whether a hash should be made anew at the next login, because it is weaker than, or other than, those made now. */
  needsRehash(hash: string): boolean {
    const [, memory, passes] = ARGON2ID.exec(hash) ?? [];
    return kindOf(hash) !== "argon2id" || Number(memory) < MEMORY_COST || Number(passes) < TIME_COST;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_RUNNING) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw new RegistryError("TOOMANYREQUESTS", {
          message: "too many logins at the moment: try again in a few seconds",
          headers: { "Retry-After": String(RETRY_AFTER_SECONDS) },
        });
      }
      // Whoever ends hands its place on, so the count stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/**
 * The rules for a password that somebody chooses: 8 to 1,024 characters, not the login name, not a well-known one. No
 * rules about digits and signs: they make passwords worse. Throws REQUEST_INVALID with what to do.
 */
export function assertNewPassword(password: string, login: string): void {
  const problem = findProblem(password, login);
  if (problem !== null) throw new RegistryError("REQUEST_INVALID", { message: problem });
}

function findProblem(password: string, login: string): string | null {
  if (!password.isWellFormed()) return "the password holds characters that are no text: choose another";
  if (CONTROL.test(password))
    return "the password holds control characters, such as a tab or a line break: choose another";
  const normal = password.length > MAX_CODE_UNITS ? password : password.normalize("NFC");
  const length = countCharacters(normal);
  if (length < MIN_PASSWORD_LENGTH) {
    return `the password is too short: choose one with at least ${MIN_PASSWORD_LENGTH} characters`;
  }
  if (length > MAX_PASSWORD_LENGTH) return `the password is too long: ${MAX_PASSWORD_LENGTH} characters are the most`;
  if (normal.toLowerCase() === login.normalize("NFC").toLowerCase()) {
    return "the password is the login name: choose another";
  }
  if (isCommonPassword(normal)) return "the password is one of those that attackers try first: choose another";
  return null;
}

/** Code points, as people count characters, more or less. What is far too long is not looked through. */
function countCharacters(text: string): number {
  if (text.length > MAX_CODE_UNITS) return Number.POSITIVE_INFINITY;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function isHashable(password: string): boolean {
  return password.length <= MAX_CODE_UNITS && password.isWellFormed();
}

async function verifyOne(password: string, hash: string): Promise<boolean> {
  try {
    return await Bun.password.verify(isBcrypt(hash) ? bcryptInput(password) : password.normalize("NFC"), hash);
  } catch (error) {
    // A hash that looks right but cannot be read: nobody has its password. Other failures are none of the hash's.
    if (error instanceof Error && "code" in error && String(error.code).startsWith("PASSWORD_")) return false;
    throw error;
  }
}

function isBcrypt(hash: string): boolean {
  return hash.startsWith("$2");
}

/** The bytes as they were typed into htpasswd. It takes the first 72, where Bun would take a digest of longer ones. */
function bcryptInput(password: string): Uint8Array {
  return Buffer.from(password).subarray(0, BCRYPT_BYTES);
}

/** Null for a form that is not known, or that asks for too much work. */
function kindOf(hash: string): "argon2id" | "bcrypt" | null {
  const argon2id = ARGON2ID.exec(hash);
  if (argon2id) {
    const [memory = 0, passes = 0, threads = 0] = argon2id.slice(1).map(Number);
    const most = MOST_ARGON2ID;
    return memory <= most.memoryCost && passes <= most.timeCost && threads <= most.parallelism ? "argon2id" : null;
  }
  return bcryptCostOf(hash) === null ? null : "bcrypt";
}

/** The cost, a power of two, of a bcrypt hash that can be verified; null for everything else. */
export function bcryptCostOf(hash: string): number | null {
  const cost = Number(BCRYPT.exec(hash)?.[1] ?? 0);
  return cost >= MIN_BCRYPT_COST && cost <= MAX_BCRYPT_COST ? cost : null;
}

/** A bcrypt hash that no password has, for somebody unknown to a source whose hashes are bcrypt of this cost. */
export function makeDummyBcrypt(cost: number): string {
  const random = (length: number): string =>
    [...crypto.getRandomValues(new Uint8Array(length))].map((byte) => BCRYPT_ALPHABET.charAt(byte % 64)).join("");
  return `$2y$${String(cost).padStart(2, "0")}$${random(21)}.${random(30)}.`;
}

function makeDummyArgon2id(): string {
  const random = (): string =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(32)))
      .toString("base64")
      .replace("=", "");
  return `$argon2id$v=19$m=${MEMORY_COST},t=${TIME_COST},p=1$${random()}$${random()}`;
}
