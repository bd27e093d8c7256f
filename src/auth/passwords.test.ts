import { afterEach, expect, type Mock, spyOn, test } from "bun:test";
import { RegistryError } from "../errors.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { assertNewPassword, bcryptCostOf, makeDummyBcrypt, Passwords } from "./passwords.ts";

let watched: Mock<typeof Bun.password.verify> | null = null;
afterEach(() => {
  watched?.mockRestore();
  watched = null;
});

/** Counts what is really asked of the hash functions; they still run. */
function watchVerify(): Mock<typeof Bun.password.verify> {
  watched = spyOn(Bun.password, "verify");
  return watched;
}

const parametersOf = (hash: unknown) => String(hash).split("$").slice(0, 4).join("$");
const problemOf = (password: string, login = "alice"): string | null => {
  try {
    assertNewPassword(password, login);
    return null;
  } catch (error) {
    if (error instanceof RegistryError && error.code === "REQUEST_INVALID") return error.message;
    throw error;
  }
};

test.each(["", "x".repeat(100_000), "x".repeat(10_000_000), "abc\ud800def"])(
  "what no hash can be of is refused before any work: %#",
  async (password) => {
    const passwords = new Passwords();
    const verify = watchVerify();
    expect(await passwords.verify(password, null)).toBe(false);
    expect(await passwords.verify(password, makeDummyBcrypt(4))).toBe(false);
    expect(verify).not.toHaveBeenCalled();
  },
);

test("somebody unknown costs the same work as a wrong password, and is never right", async () => {
  const passwords = new Passwords();
  const known = await passwords.hash("correct horse");
  const verify = watchVerify();
  expect(await passwords.verify("wrong horse", known)).toBe(false);
  expect(await passwords.verify("wrong horse", null)).toBe(false);
  expect(verify).toHaveBeenCalledTimes(2);
  const [[, first], [, second]] = verify.mock.calls as [[string, string], [string, string]];
  expect(parametersOf(second)).toBe(parametersOf(first));
  expect(second).toHaveLength(first.length);
  expect(second).not.toBe(first);
  // The runtime took it for a hash, and did not fail on its form.
  expect(await verify.mock.results[1]?.value).toBe(false);
});

test.each([
  "",
  "plain",
  "$1$abcdefgh$abcdefghijklmnopqrstuv",
  "$apr1$abcdefgh$abcdefghijklmnopqrstuv",
  "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
  "$2x$05$Qt8qXrA2lLW..tMa/C6BL.ZjUMZZO7ZKynVDCgKAJu1jaid5/Eq7C",
  "$2y$05$tooshort",
  "$2y$31$Qt8qXrA2lLW..tMa/C6BL.ZjUMZZO7ZKynVDCgKAJu1jaid5/Eq7C",
  "$2y$00$Qt8qXrA2lLW..tMa/C6BL.ZjUMZZO7ZKynVDCgKAJu1jaid5/Eq7C",
  "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$v=19$m=9999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$v=19$m=19456,t=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  `$2y$05${"a".repeat(1_000_000)}`,
])("a hash in another form, or one that asks for too much, is as nobody's: %#", async (hash) => {
  const passwords = new Passwords();
  const verify = watchVerify();
  expect(await passwords.verify("correct horse", hash)).toBe(false);
  expect(verify).toHaveBeenCalledTimes(1);
  expect(parametersOf(verify.mock.calls[0]?.[1])).toBe("$argon2id$v=19$m=19456,t=2,p=1");
  expect(passwords.needsRehash(hash)).toBe(true);
});

test.each([
  "$argon2id$v=19$m=19456,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAB$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
])("a hash that only looks right is wrong, not a failure: %#", async (hash) => {
  expect(await new Passwords().verify("correct horse", hash)).toBe(false);
});

test("a few run at once, a bounded number waits, the rest is told to come back, and all that waited are served", async () => {
  const passwords = new Passwords();
  const hash = await Bun.password.hash("correct horse", { algorithm: "bcrypt", cost: 4 });
  let running = 0;
  let most = 0;
  const genuine = Bun.password.verify.bind(Bun.password);
  watchVerify().mockImplementation(async (...args) => {
    running += 1;
    most = Math.max(most, running);
    const result = await genuine(...args);
    await Bun.sleep(1);
    running -= 1;
    return result;
  });
  const results = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => passwords.verify(index % 2 ? "correct horse" : "wrong", hash)),
  );
  expect(most).toBe(4);
  const served = results.filter((it) => it.status === "fulfilled");
  expect(served).toHaveLength(4 + 64);
  expect(results.slice(0, 68).map((it) => it.status === "fulfilled" && it.value)).toEqual(
    Array.from({ length: 68 }, (_, index) => index % 2 === 1),
  );
  for (const it of results.slice(68)) {
    const reason: unknown = it.status === "rejected" ? it.reason : null;
    if (!(reason instanceof RegistryError)) throw new Error("it was not refused");
    expect([reason.code, reason.headers]).toEqual(["TOOMANYREQUESTS", { "Retry-After": "2" }]);
  }
  // Nothing is left behind: the places are free again.
  most = 0;
  await Promise.all(Array.from({ length: 8 }, () => passwords.verify("correct horse", hash)));
  expect([most, running]).toEqual([4, 0]);
});

test("a failing hash gives its place back", async () => {
  const passwords = new Passwords();
  watchVerify().mockImplementation(() => Promise.reject(new Error("no memory")));
  for (let count = 0; count < 10; count++) {
    const attempts = Array.from({ length: 6 }, () => passwords.verify("correct horse", null));
    const results = await Promise.allSettled(attempts);
    expect(results.every((it) => it.status === "rejected" && String(it.reason).includes("no memory"))).toBe(true);
  }
});

test("hashes with argon2id and a salt of its own, and verifies", async () => {
  const passwords = new Passwords();
  const [one, two] = await Promise.all([passwords.hash("correct horse"), passwords.hash("correct horse")]);
  expect(one).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(one).not.toBe(two);
  expect(await passwords.verify("correct horse", one)).toBe(true);
  expect(await passwords.verify("correct horse ", one)).toBe(false);
  expect(await passwords.verify("correct hors", one)).toBe(false);
  expect(passwords.needsRehash(one)).toBe(false);
});

test("one character however it is typed, and the longest password that is allowed", async () => {
  const passwords = new Passwords();
  const composed = "p\u00e9riph\u00e9rique";
  const decomposed = composed.normalize("NFD");
  expect(decomposed).not.toBe(composed);
  expect(await passwords.verify(decomposed, await passwords.hash(composed))).toBe(true);
  expect(await passwords.verify(composed, await passwords.hash(decomposed))).toBe(true);
  const longest = "🙂".repeat(1_024);
  expect(problemOf(longest)).toBeNull();
  const hash = await passwords.hash(longest);
  expect(await passwords.verify(longest, hash)).toBe(true);
  expect(await passwords.verify("🙂".repeat(1_023), hash)).toBe(false);
  const accents = "\u1ec7".repeat(1_024);
  expect(problemOf(accents.normalize("NFD"))).toBeNull();
  expect(await passwords.verify(accents.normalize("NFD"), await passwords.hash(accents))).toBe(true);
});

test("weaker hashes and other kinds are to be made anew", async () => {
  const passwords = new Passwords();
  const options = { algorithm: "argon2id", memoryCost: 1_024, timeCost: 1 } as const;
  const weak = await Bun.password.hash("correct horse", options);
  expect(await passwords.verify("correct horse", weak)).toBe(true);
  expect(passwords.needsRehash(weak)).toBe(true);
  expect(passwords.needsRehash(await Bun.password.hash("correct horse", { algorithm: "bcrypt", cost: 4 }))).toBe(true);
});

test("verifies bcrypt under its three names, over the first 72 bytes", async () => {
  const passwords = new Passwords();
  const hash = await Bun.password.hash("é".repeat(36), { algorithm: "bcrypt", cost: 4 });
  for (const name of ["$2a$", "$2b$", "$2y$"]) {
    const named = name + hash.slice(4);
    expect(await passwords.verify("é".repeat(36), named)).toBe(true);
    expect(await passwords.verify(`${"é".repeat(36)} and more that bcrypt never saw`, named)).toBe(true);
    expect(await passwords.verify(`${"é".repeat(35)}e`, named)).toBe(false);
    expect(await passwords.verify(`${"é".repeat(36)}\0`, named)).toBe(true);
  }
  const short = await Bun.password.hash("correct", { algorithm: "bcrypt", cost: 4 });
  expect(await passwords.verify("correct\0horse", short)).toBe(false);
  expect(await passwords.verify("correct\0", short)).toBe(false);
});

test("a made-up bcrypt hash is a hash, of its cost, that nobody has", async () => {
  for (let count = 0; count < 20; count++) {
    const dummy = makeDummyBcrypt(4);
    expect(bcryptCostOf(dummy)).toBe(4);
    expect(await Bun.password.verify("correct horse", dummy)).toBe(false);
  }
  expect(bcryptCostOf(makeDummyBcrypt(12))).toBe(12);
});

test.each([
  ["", "too short"],
  ["seven77", "too short"],
  ["🙂🙂🙂🙂", "too short"],
  // Three code points a letter when decomposed: length is counted after normalising.
  ["\u1ec7".repeat(7).normalize("NFD"), "too short"],
  ["x".repeat(1_025), "too long"],
  ["🙂".repeat(1_025), "too long"],
  ["x".repeat(50_000_000), "too long"],
  ["alice-the-great", "login name"],
  ["Alice-The-Great", "login name"],
  ["password", "attackers try first"],
  ["PassWord123", "attackers try first"],
  ["Summer2026", "attackers try first"],
  ["correct\thorse", "control characters"],
  ["correct horse\n", "control characters"],
  ["correct\0horse", "control characters"],
  ["correct \ud800 horse", "no text"],
])("refuses a new password and says why: %#", (password, reason) => {
  const problem = problemOf(password, "alice-the-great");
  expect(problem).toContain(reason);
  // What somebody typed does not come back in an answer or a log.
  if (password.length > 8 && reason !== "attackers try first") expect(problem).not.toContain(password);
});

test("takes what is long enough and not known to all", () => {
  for (const good of [
    "correct horse",
    "12 monkeys!",
    "пароль-и-ключ",
    "🙂🙂🙂🙂🙂🙂🙂🙂",
    "x".repeat(1_024),
    "        !",
  ]) {
    expect(problemOf(good)).toBeNull();
  }
});

test("the list of known passwords holds only what would be allowed otherwise", () => {
  expect(isCommonPassword("QWERTY123")).toBe(true);
  expect(isCommonPassword("")).toBe(false);
  expect(isCommonPassword("constructor")).toBe(false);
});
