import { expect, test } from "bun:test";
import { ERROR_CODES, RegistryError, type ErrorCode } from "../errors.ts";
import { parseProblem, problemOf } from "./problem.ts";

test("every code has a problem, which comes back as it was sent", () => {
  // The table's own keys.
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const problem = problemOf(new RegistryError(code), "r-1");
    expect(problem).toEqual({
      type: `/api/#${code}`,
      title: ERROR_CODES[code].message,
      status: ERROR_CODES[code].status,
      detail: ERROR_CODES[code].message,
      code,
      requestId: "r-1",
    });
    expect(parseProblem(problem.status, JSON.stringify(problem))).toEqual(problem);
  }
});

test("only fields are named as such; other details stay inside", () => {
  const details = [{ path: "body.a", message: "no" }, { path: "/secret" }, { path: 1, message: "x" }, null, "text"];
  const problem = problemOf(new RegistryError("REQUEST_INVALID", { details }), "r");
  expect(problem.errors).toEqual([{ path: "body.a", message: "no" }]);
  expect(problemOf(new RegistryError("UNKNOWN", { cause: new Error("secret") }), "r")).not.toHaveProperty("cause");
});
