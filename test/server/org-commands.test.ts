// berth org as an operator runs it: over the socket of a server that runs, and with none.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { operate, operateJson } from "./support/operate.ts";

setDefaultTimeout(60_000);

let directory: TemporaryDirectory;
let data: string;
let berth: Berth;

beforeEach(async () => {
  directory = await makeTemporaryDirectory("orgs");
  data = directory.join("data");
  berth = await startBerth({ dataDirectory: data });
  for (const name of ["ada", "bob"]) {
    await operate(data, [name === "ada" ? "admin" : "user", "create", name, "--generate"]);
  }
});
afterEach(async () => {
  await berth.kill();
  await directory.remove();
});

test.each([
  ["over the socket", true],
  ["with no server", false],
])("organisations are made, listed and staffed, %s", async (_, isServing) => {
  if (!isServing) await berth.stop();
  expect((await operate(data, ["org", "create", "Acme", "--owner", "ada"])).stdout).toBe(
    "acme is there; ada owns it\n",
  );
  expect((await operate(data, ["org", "add-member", "acme", "bob"])).stdout).toBe("bob is member of acme\n");
  expect(await operateJson(data, ["org", "list"])).toMatchObject([
    { name: "acme", kind: "organisation" },
    { name: "ada", kind: "user" },
    { name: "bob", kind: "user" },
  ]);
  expect(await operateJson(data, ["org", "members", "acme"])).toMatchObject([
    { account: "ada", role: "owner" },
    { account: "bob", role: "member" },
  ]);
  await operate(data, ["org", "add-member", "acme", "bob", "--owner"]);
  await operate(data, ["org", "remove-member", "acme", "ada"]);
  expect((await operate(data, ["org", "members", "acme"])).stdout).toMatch(/bob +owner\n1 member\n$/);
  const [made] = await operateJson(data, ["org", "create", "empty"]);
  expect(made).toMatchObject({ name: "empty" });
  expect((await operate(data, ["org", "hand-over", "Empty", "bob"], 0)).stdout).toBe(
    "empty is a person's own namespace now, and bob is called empty\n",
  );
  expect(await operateJson(data, ["user", "show", "empty"])).toMatchObject([{ name: "empty" }]);
});

test("what cannot be is refused and says why", async () => {
  const refused = async (args: string[], reason: string) => {
    const { stderr, stdout } = await operate(data, ["org", ...args], 2);
    expect([args, stderr]).toEqual([args, expect.stringContaining(reason)]);
    expect(stdout).toBe("");
  };
  await operate(data, ["org", "create", "acme", "--owner", "ada"]);
  await refused([], "say what to do");
  await refused(["toString"], "there is no 'berth org toString'");
  await refused(["create"], "NAME is missing");
  await refused(["create", "a", "b"], "not expected");
  await refused(["create", "a/b"], "names have");
  await refused(["create", "library/x"], "names have");
  await refused(["create", "token"], "reserved");
  await refused(["create", "acme"], "is taken");
  await refused(["create", "other", "--owner", "nobody"], "no person called nobody");
  await refused(["members", "none"], "none does not exist");
  await refused(["members", "'; drop table members; --"], "does not exist");
  await refused(["add-member", "acme"], "ACCOUNT is missing");
  await refused(["add-member", "acme", "nobody"], "no person called nobody");
  await refused(["add-member", "bob", "ada"], "a person's own");
  await refused(["hand-over", "acme"], "ACCOUNT is missing");
  await refused(["hand-over", "ada", "bob"], "a person's own");
  await refused(["hand-over", "none", "bob"], "does not exist");
  await refused(["hand-over", "acme", "nobody"], "no person called nobody");
  await refused(["remove-member", "acme", "bob"], "no member");
  await refused(["remove-member", "acme", "ada"], "at least one owner");
  expect(await operateJson(data, ["org", "members", "acme"])).toHaveLength(1);
});
