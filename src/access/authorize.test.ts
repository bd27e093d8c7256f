import { expect, test } from "bun:test";
import { parseRepositoryName } from "../oci/reference.ts";
import { assertAllowed, authorize, type Action, type Resource } from "./authorize.ts";
import { ANONYMOUS, OPEN_ANONYMOUS } from "./principal.ts";
import { visibilityOf } from "./visibility.ts";

const ACTIONS: Action[] = ["pull", "push", "delete", "list", "ping"];
const RESOURCES: Resource[] = [{ kind: "system" }, { kind: "repository", name: parseRepositoryName("team/app") }];
const EVERY = ACTIONS.flatMap((action) => RESOURCES.map((resource) => [action, resource] as const));

test.each(EVERY)("%s of %j: whoever reaches an open instance may, a stranger may not", (action, resource) => {
  expect(authorize(OPEN_ANONYMOUS, action, resource)).toEqual({ isAllowed: true });
  expect(() => assertAllowed(OPEN_ANONYMOUS, action, resource)).not.toThrow();
  const denied = authorize(ANONYMOUS, action, resource);
  expect(denied).toMatchObject({ isAllowed: false, reason: expect.stringContaining(action) });
  expect(() => assertAllowed(ANONYMOUS, action, resource)).toThrow(
    expect.objectContaining({ code: "UNAUTHORIZED", status: 401 }),
  );
});

test("a refusal says how to ask again", () => {
  try {
    assertAllowed(ANONYMOUS, "pull", { kind: "system" });
  } catch (error) {
    expect(error).toMatchObject({ headers: { "WWW-Authenticate": expect.stringMatching(/^(Basic|Bearer) realm="/) } });
    return;
  }
  throw new Error("allowed");
});

test("lists agree with single answers", () => {
  expect(visibilityOf(OPEN_ANONYMOUS)).toEqual({ seesAll: 1 });
  expect(visibilityOf(ANONYMOUS)).toEqual({ seesAll: 0 });
});
