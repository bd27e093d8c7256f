/** How commands are given a password: typed twice at a terminal that does not show it, or the first line of standard input. */
import { write } from "./output.ts";

/** For parseArgs: how a command is given a password. */
export const PASSWORD_FLAGS = {
  "password-stdin": { type: "boolean", default: false },
  generate: { type: "boolean", default: false },
} as const;

export type PasswordFlags = { "password-stdin": boolean; generate: boolean };

const MAX_BYTES = 64 * 1024;

/** Nothing where the server is to make one up. */
export async function passwordFor(options: PasswordFlags, name: string): Promise<{ password?: string }> {
  const isGiven = options["password-stdin"];
  if (isGiven && options.generate) throw new Error("--password-stdin and --generate exclude each other");
  if (options.generate) return {};
  return { password: isGiven ? await readPassword() : await askNewPassword(name) };
}

/** Throws when there is no terminal, or what was typed differs. */
async function askNewPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Error(
      "there is no terminal to ask at: give the password with --password-stdin, or take one with --generate",
    );
  }
  const { stdin } = process;
  // Before the first question and until after the last: what is typed ahead is not shown either.
  stdin.setRawMode(true);
  stdin.resume();
  try {
    const first = await askHidden(`Password for ${name}: `);
    if ((await askHidden("The same again: ")) === first) return first;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
  throw new Error("the two differ: nothing was changed");
}

/** Without the line's end. Throws when there is none. */
async function readPassword(): Promise<string> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of Bun.stdin.stream()) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length > MAX_BYTES) throw new Error("standard input holds more than a password");
  }
  const [line = ""] = bytes.toString().split(/\r?\n/);
  if (line === "") throw new Error("standard input holds no password");
  return line;
}

async function askHidden(question: string): Promise<string> {
  await write(process.stderr, question);
  try {
    return await readLine(process.stdin);
  } finally {
    await write(process.stderr, "\n");
  }
}

/** Ctrl-D too. */
const ENTER = new Set(["\r", "\n", "\u0004"]);
const CTRL_C = "\u0003";
const ERASE = new Set(["\u007f", "\b"]);

async function readLine(stdin: NodeJS.ReadStream): Promise<string> {
  let line = "";
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const onData = (data: Buffer) => {
    for (const character of data.toString()) {
      if (character === CTRL_C) return reject(new Error("stopped: nothing was changed"));
      if (ENTER.has(character)) return resolve(line);
      line = ERASE.has(character) ? Array.from(line).slice(0, -1).join("") : line + character;
    }
  };
  stdin.on("data", onData);
  try {
    return await promise;
  } finally {
    stdin.off("data", onData);
  }
}
