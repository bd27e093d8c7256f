/**
 * The file with the key that seals what the database keeps for others: a stolen copy of the rows is worthless without it.
 *
 * One key a line, 32 random bytes in base64 (`openssl rand -base64 32` makes one); `#` starts a comment. The first key
 * seals, all of them open: to change the key, put a new line first and keep the old ones.
 */
import * as fs from "node:fs/promises";
import { constants, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { randomHex } from "./random.ts";

export const KEY_BYTES = 32;
const BASE64_KEY = /^[A-Za-z0-9+/]{43}=$/;
const MAX_FILE_BYTES = 64 * 1024;
/** Fewer different bytes in a key are no chance: somebody typed an example. */
const LEAST_DISTINCT_BYTES = 8;

const HEADER =
  "# Opens the secrets in this server's database. Keep a copy apart from its backups; without it they are lost.\n";

/** The file cannot be used; the message names it and says what to do, and never shows what is in it. */
export class SecretKeyError extends Error {
  override readonly name = "SecretKeyError";
}

/** Keys of KEY_BYTES bytes, the one that seals first. They show in no log: nothing but `reveal` gives them. */
export class SecretKey {
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES)) {
      throw new TypeError(`a secret key has ${KEY_BYTES} bytes`);
    }
    this.#keys = keys;
  }

  /** The bytes themselves. Hand them straight to what needs them. */
  reveal(): readonly Uint8Array[] {
    return this.#keys;
  }
}

/**
 * Reads the file, and makes it with a new key when it is not there; of several that make it at once one wins, and all
 * get its key. Durable when it resolves. Throws SecretKeyError.
 */
export async function loadSecretKey(path: string): Promise<SecretKey> {
  try {
    const text = (await readPrivate(path)) ?? (await createThenRead(path));
    return new SecretKey(parseKeys(path, text));
  } catch (cause) {
    if (cause instanceof SecretKeyError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SecretKeyError(
      `cannot use the secret key ${path}: ${reason}; ` +
        "let the server read and write there, or name another file with BERTH_SECRET_KEY_FILE",
      { cause },
    );
  }
}

/** As `loadSecretKey`, of a file that has to be there. Throws SecretKeyError. */
export async function readSecretKey(path: string): Promise<SecretKey> {
  const text = await readPrivate(path).catch((cause: unknown) => {
    if (cause instanceof SecretKeyError) throw cause;
    throw new SecretKeyError(`cannot read the secret key ${path}`, { cause });
  });
  if (text === null) throw new SecretKeyError(`there is no secret key at ${path}`);
  return new SecretKey(parseKeys(path, text));
}

/** Null when there is no such file. */
async function readPrivate(path: string): Promise<string | null> {
  // Without O_NONBLOCK a pipe in the file's place would hold the start up for ever.
  const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new SecretKeyError(`the secret key ${path} is not a file`);
    if (stats.size > MAX_FILE_BYTES)
      throw new SecretKeyError(`the secret key ${path} is too large: ${stats.size} bytes`);
    assertPrivate(path, stats);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Its owner may read it; so may a group when root owns it, as Kubernetes mounts secrets. PostgreSQL has the same rule. */
function assertPrivate(path: string, stats: Stats): void {
  const forbidden = stats.uid === 0 ? 0o037 : 0o077;
  if ((stats.mode & forbidden) === 0) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
  throw new SecretKeyError(
    `the secret key ${path} can be read or changed by others (mode ${mode}): chmod 600 ${path}; ` +
      "where a secret is mounted, give the mount mode 0400",
  );
}

async function createThenRead(path: string): Promise<string> {
  await createKey(path);
  const text = await readPrivate(path);
  if (text === null) throw new SecretKeyError(`the secret key ${path} was removed while it was made`);
  return text;
}

/** Written under another name and then linked: whoever finds the file finds all of it, and nothing replaces one that is there. */
async function createKey(path: string): Promise<void> {
  const directory = dirname(path);
  const made = await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = join(directory, `.${basename(path)}.${randomHex(8)}`);
  const key = crypto.getRandomValues(Buffer.alloc(KEY_BYTES)).toString("base64");
  try {
    await fs.writeFile(draft, `${HEADER}${key}\n`, { mode: 0o600, flag: "wx", flush: true });
    await fs.link(draft, path).catch((error: unknown) => {
      if (!hasCode(error, "EEXIST")) throw error;
    });
  } finally {
    await fs.rm(draft, { force: true });
  }
  await syncUpTo(directory, made === undefined ? directory : dirname(made));
}

/** A new directory is durable when the one above it is synced. */
async function syncUpTo(directory: string, top: string): Promise<void> {
  const handle = await fs.open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (directory !== top && dirname(directory) !== directory) await syncUpTo(dirname(directory), top);
}

function parseKeys(path: string, text: string): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (!BASE64_KEY.test(line)) throw badLine(path, index, `is not ${KEY_BYTES} bytes in base64`);
    const key = new Uint8Array(Buffer.from(line, "base64"));
    if (new Set(key).size < LEAST_DISTINCT_BYTES) throw badLine(path, index, "is not random");
    keys.push(key);
  }
  if (keys.length > 0) return keys;
  throw new SecretKeyError(
    `the secret key ${path} is empty: put the key back from your copy; ` +
      "only when there never was one, remove the file, and the next start makes a new one",
  );
}

function badLine(path: string, index: number, what: string): SecretKeyError {
  return new SecretKeyError(
    `line ${index + 1} of the secret key ${path} ${what}: put the file back from your copy, ` +
      "or make a key with openssl rand -base64 32",
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
