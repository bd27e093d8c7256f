/**
 * How the hub API says what went wrong. Spec: RFC 9457 (problem details). `code` is the row of `ERROR_CODES`, which
 * programs go by; `detail` is for people; `errors` names the fields of a request that was not understood.
 */
import { ERROR_CODES, type RegistryError } from "../errors.ts";

export const PROBLEM_TYPE = "application/problem+json";

/** `path`: `body.name`, `query.limit`, `path.repository`; numbers are places in lists. */
export type FieldError = { path: string; message: string };

export type Problem = {
  /** Where the code is explained, relative to the server. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Under which the server's log says more. */
  requestId: string;
  errors?: FieldError[];
};

export function problemOf(error: RegistryError, requestId: string): Problem {
  const errors = error.details.flatMap(toFieldError);
  return {
    type: `/api/#${error.code}`,
    title: ERROR_CODES[error.code].message,
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(errors.length > 0 ? { errors } : {}),
  };
}

/** What a server, or something in front of it, said that is not a problem of ours, as one. */
export function parseProblem(status: number, text: string): Problem {
  const found = parseObject(text);
  const say = (key: string, otherwise: string) => (typeof found[key] === "string" ? found[key] : otherwise);
  const errors = Array.isArray(found["errors"]) ? found["errors"].flatMap(toFieldError) : [];
  return {
    type: say("type", "about:blank"),
    title: say("title", `status ${status}`),
    status,
    detail: say("detail", text.slice(0, 300)),
    code: say("code", "UNKNOWN"),
    requestId: say("requestId", ""),
    ...(errors.length > 0 ? { errors } : {}),
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Other details are for the distribution API's clients. */
function toFieldError(detail: unknown): FieldError[] {
  if (typeof detail !== "object" || detail === null || !("path" in detail) || !("message" in detail)) return [];
  const { path, message } = detail;
  return typeof path === "string" && typeof message === "string" ? [{ path, message }] : [];
}
