import { expect, test } from "bun:test";
import { parseImageName } from "./image-name.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

test.each([
  ["app", { repository: "app" }],
  ["team/app", { repository: "team/app" }],
  ["team/app:v1", { repository: "team/app", reference: "v1" }],
  [`team/app@${DIGEST}`, { repository: "team/app", reference: DIGEST }],
  // As the registry reads names.
  ["library/app:v1", { repository: "app", reference: "v1" }],
])("%s", (text, parsed) => {
  expect(parseImageName(text) as object).toEqual(parsed);
});

test.each([
  ["localhost:5000/team/app:v1", "without the registry's address"],
  [`team/app:v1@${DIGEST}`, "a tag or a digest, not both"],
  ["Team/app", "lower case"],
  ["team/app:", "tag"],
  ["team/app@sha256:0", "digest"],
  ["", "name"],
])("%p is refused", (text, part) => {
  expect(() => parseImageName(text)).toThrow(part);
});
