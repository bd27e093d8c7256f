/** The one place where a failure becomes an answer. Spec: distribution-spec 1.1, "Error Codes"; RFC 9457 for the hub API. */
import { PROBLEM_TYPE, problemOf } from "../contract/problem.ts";
import { RegistryError } from "../errors.ts";

/** `isHead`: the same status and headers, no body. */
export function renderError(error: RegistryError, requestId: string, isHead: boolean): Response {
  // A detail that is undefined leaves no trace in JSON.
  const errors = error.details.map((detail) => ({ code: error.wireCode, message: error.message, detail }));
  return new Response(isHead ? null : JSON.stringify({ errors }), {
    status: error.status,
    headers: {
      "Content-Type": "application/json",
      "X-Content-Type-Options": "nosniff",
      "Docker-Distribution-API-Version": "registry/2.0",
      "X-Request-Id": requestId,
      ...error.headers,
    },
  });
}

/** As the hub API's clients read it. */
export function renderProblem(error: RegistryError, requestId: string, isHead: boolean): Response {
  return new Response(isHead ? null : JSON.stringify(problemOf(error, requestId)), {
    status: error.status,
    headers: {
      "Content-Type": PROBLEM_TYPE,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": requestId,
      ...error.headers,
    },
  });
}

/** What a failure that nobody expected tells the client: nothing but where to look. */
export function unexpected(requestId: string, cause: unknown): RegistryError {
  return new RegistryError("UNKNOWN", {
    message: `internal error; the server's log says more under request id ${requestId}`,
    detail: { requestId },
    cause,
  });
}
