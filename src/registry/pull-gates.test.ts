import { expect, test } from "bun:test";
import { ANONYMOUS } from "../access/principal.ts";
import { RegistryError } from "../errors.ts";
import { digestOf } from "../oci/digest.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { type Pull, type PullGate, passPullGates } from "./pull-gates.ts";

const content = new Uint8Array();
const pull: Pull = {
  principal: ANONYMOUS,
  repository: parseRepositoryName("acme/api"),
  manifest: { digest: digestOf(content, "sha256"), mediaType: "application/vnd.example", content },
  givesContent: true,
  address: "192.0.2.1",
};

test("without gates, and with such as know at once, there is nothing to wait for", () => {
  expect(passPullGates([], pull)).toBeNull();
  const gates: PullGate[] = [() => null, () => ({ a: "1" }), () => ({ b: "2" })];
  expect(passPullGates(gates, pull)).toEqual({ a: "1", b: "2" });
});

test("gates are asked in order, also after one that has to look something up", async () => {
  const asked: string[] = [];
  const note = (name: string): PullGate => {
    return () => {
      asked.push(name);
      return { [name]: "yes" };
    };
  };
  const later: PullGate = async () => {
    await Bun.sleep(1);
    asked.push("later");
    return null;
  };
  expect(await passPullGates([note("first"), later, note("last")], pull)).toEqual({ first: "yes", last: "yes" });
  expect(asked).toEqual(["first", "later", "last"]);
});

test("the first that refuses is the last that is asked", async () => {
  const refuse = () => {
    throw new RegistryError("TOOMANYREQUESTS");
  };
  const never: PullGate = () => {
    throw new Error("asked");
  };
  expect(() => passPullGates([refuse, never], pull)).toThrow(RegistryError);
  // oxlint-disable-next-line typescript/await-thenable -- it is one where a gate is
  expect(
    await Promise.resolve(passPullGates([() => Promise.resolve(null), refuse, never], pull)).catch(String),
  ).toContain("RegistryError");
});
