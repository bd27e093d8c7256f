import { expect, test } from "bun:test";
import { parseHtpasswd } from "./htpasswd-file.ts";

const HASH = "$2y$05$Qt8qXrA2lLW..tMa/C6BL.ZjUMZZO7ZKynVDCgKAJu1jaid5/Eq7C";
const OTHER = "$2b$10$Qt8qXrA2lLW..tMa/C6BL.ZjUMZZO7ZKynVDCgKAJu1jaid5/Eq7C";

const problemsOf = (text: string) => parseHtpasswd(text).problems.map(({ line, problem }) => `${line} ${problem}`);

test.each([
  ["alice", "has no colon"],
  ["correct horse battery staple", "has no colon"],
  [`:${HASH}`, "has no name"],
  ["alice:", "not bcrypt"],
  ["alice:secret", "not bcrypt"],
  ["alice:$apr1$abcdefgh$abcdefghijklmnopqrstuv", "htpasswd -B"],
  ["alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "htpasswd -B"],
  ["alice:rqXexS6ZhobKA", "htpasswd -B"],
  ["alice:$6$salt$abc", "htpasswd -B"],
  [`alice:${HASH.slice(0, -1)}`, "damaged bcrypt"],
  [`alice:${HASH}x`, "damaged bcrypt"],
  [`alice:${HASH.replace("$05$", "$31$")}`, "costs more than 17"],
  [`al\0ice:${HASH}`, "control characters"],
  [`al\u001bice:${HASH}`, "control characters"],
  [`al\ufffdce:${HASH}`, "not UTF-8"],
  [`${"é".repeat(128)}:${HASH}`, "more than 255 bytes"],
  [`${"x".repeat(5_000_000)}:${HASH}`, "more than 255 bytes"],
  ["x".repeat(5_000_000), "has no colon"],
])("skips a line that cannot be used, by number and reason, quoting nothing: %#", (line, reason) => {
  const { hashes, userCount, problems } = parseHtpasswd(`# file\n${line}\nbob:${HASH}\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.line).toBe(2);
  expect(problems[0]?.problem).toContain(reason);
  expect(problems[0]?.problem).not.toContain(line.slice(line.indexOf(":") + 1) || line);
  expect(userCount).toBe(1);
  expect([...hashes].filter(([, hash]) => hash !== null)).toEqual([["bob", HASH]]);
});

test("the first line for a name counts, also when it cannot be used", () => {
  const text = `alice:${HASH}\nalice:${OTHER}\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nbob:${HASH}\n`;
  const { hashes } = parseHtpasswd(text);
  expect([...hashes]).toEqual([
    ["alice", HASH],
    ["bob", null],
  ]);
  expect(problemsOf(text).map((it) => it.slice(0, 30))).toEqual(
    ["2 has the name of an earlier li", "3 has a hash that is not bcrypt", "4 has the name of an earlier li"].map(
      (it) => it.slice(0, 30),
    ),
  );
});

test("reads comments, blank lines, CRLF, a mark at the start, spaces, further fields and a last line without an end", () => {
  const text = `# people:\r\n\r\n  alice:${HASH}  \r\n\t# more\nBob:${OTHER}:Robert:extra\n\n\nalIce:${HASH}`;
  expect([...parseHtpasswd(text).hashes]).toEqual([
    ["alice", HASH],
    ["Bob", OTHER],
    ["alIce", HASH],
  ]);
  expect(problemsOf(text)).toEqual([]);
  expect(parseHtpasswd("")).toMatchObject({ userCount: 0, usualCost: null, problemCount: 0 });
});

test("names that objects have are names like others", () => {
  const { hashes } = parseHtpasswd(`__proto__:${HASH}\nconstructor:${HASH}\n`);
  expect(hashes.get("__proto__")).toBe(HASH);
  expect(hashes.get("toString")).toBeUndefined();
});

test("knows the cost that most have", () => {
  expect(parseHtpasswd(`a:${HASH}\nb:${OTHER}\nc:${OTHER}\n`).usualCost).toBe(10);
});

test("100,000 people, and 100,000 lines of garbage", () => {
  const people = Array.from({ length: 100_000 }, (_, index) => `user${index}:${HASH}`);
  const { hashes, userCount } = parseHtpasswd(people.join("\n"));
  expect([hashes.size, userCount]).toEqual([100_000, 100_000]);
  const garbage = parseHtpasswd("garbage\n".repeat(100_000));
  expect(garbage.problemCount).toBe(100_000);
  expect(garbage.problems).toHaveLength(20);
});
