import { test } from "bun:test";
import { assertContract } from "../contract/assert-contract.ts";
import { activityApi, manifestsApi, tagListApi } from "./api.ts";

test("the contract of images holds", () => {
  assertContract({ tags: tagListApi, manifests: manifestsApi, activity: activityApi });
});
