import { test } from "bun:test";
import { assertContract } from "../contract/assert-contract.ts";
import { tagsApi } from "./api.ts";

test("the contract of tags holds", () => {
  assertContract({ tags: tagsApi });
});
