import { expect, test } from "bun:test";
import { parseAddress, toRepository } from "./address.ts";

test.each([
  ["nginx", { repository: "nginx", section: "", rest: "" }],
  ["acme/team/api/", { repository: "acme/team/api", section: "", rest: "" }],
  ["acme/api/-/settings", { repository: "acme/api", section: "settings", rest: "" }],
  ["acme/api/-/images/sha256:ab", { repository: "acme/api", section: "images", rest: "sha256:ab" }],
  ["acme/api/-/diff/v1/v2", { repository: "acme/api", section: "diff", rest: "v1/v2" }],
])("%s", (splat, address) => {
  expect(parseAddress(splat)).toEqual(address);
  const { params } = toRepository(address.repository, address.section, address.rest);
  expect(params._splat).toBe(splat.replace(/\/$/, ""));
});
