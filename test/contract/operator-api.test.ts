// The contract between operator commands and the server: held to the same rules as the hub API, and no part of it.

import { expect, test } from "bun:test";
import { assertContract } from "../../src/contract/assert-contract.ts";
import { endpointsOf } from "../../src/contract/openapi.ts";
import { hubApi } from "../../src/hub-parts.ts";
import { operatorApi } from "../../src/operator/api.ts";

test("what operators ask is a contract as the hub API is", () => {
  expect(() => assertContract(operatorApi)).not.toThrow();
});

test("nothing of it is part of the hub API", () => {
  const hub = new Set<unknown>(endpointsOf(hubApi));
  for (const endpoint of endpointsOf(operatorApi))
    expect([endpoint.id, hub.has(endpoint)]).toEqual([endpoint.id, false]);
});
