import { expect, test } from "bun:test";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Transaction } from "../database/database.ts";
import { digestOf } from "../oci/digest.ts";
import { parseRepositoryName, parseTag } from "../oci/reference.ts";
import { deletesDisabled, passGates, type Change, type Gate } from "./gates.ts";

const TRX: Transaction = {
  dialect: "sqlite",
  execute: () => Promise.reject(new Error("no gate here asks the database")),
  afterCommit: () => undefined,
};
const where = { principal: OPEN_ANONYMOUS, repository: parseRepositoryName("team/app"), repositoryId: 1 };
const digest = digestOf(new Uint8Array());
const tag = parseTag("v1");
const PUTS: Change[] = [
  { ...where, kind: "blob-link", digest, sizeBytes: 1 },
  { ...where, kind: "manifest-put", digest, sizeBytes: 1 },
  { ...where, kind: "tag-put", tag, digest, replaces: null },
];
const DELETES: Change[] = [
  { ...where, kind: "blob-unlink", digest },
  { ...where, kind: "manifest-delete", digest },
  { ...where, kind: "tag-delete", tag, digest },
];

test("gates are asked in order until one refuses", async () => {
  const asked: string[] = [];
  const gate =
    (name: string, refuses: boolean): Gate =>
    async () => {
      asked.push(name);
      if (refuses) throw new Error(`${name} refuses`);
    };
  const [change] = PUTS;
  if (!change) throw new Error("no change");
  await passGates([], TRX, change);
  await passGates([gate("a", false), gate("b", false)], TRX, change);
  const refused = passGates([gate("c", false), gate("d", true), gate("e", true)], TRX, change);
  await expect(refused).rejects.toThrow("d refuses");
  expect(asked).toEqual(["a", "b", "c", "d"]);
});

test("with deletes switched off every delete is refused and nothing else", async () => {
  for (const change of PUTS) await deletesDisabled(TRX, change);
  for (const change of DELETES) {
    await expect(deletesDisabled(TRX, change)).rejects.toMatchObject({ code: "UNSUPPORTED", status: 405 });
  }
});
