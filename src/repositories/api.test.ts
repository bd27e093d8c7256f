import { test } from "bun:test";
import { assertContract } from "../contract/assert-contract.ts";
import { accessApi, repositoriesApi } from "./api.ts";

test("the contract of repositories holds", () => {
  assertContract({ repositories: repositoriesApi, access: accessApi });
});
