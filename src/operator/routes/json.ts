/** JSON bodies of requests and answers. */
import type { z } from "zod";
import { RegistryError } from "../../errors.ts";
import { readBody } from "../../http/body.ts";
import type { RequestContext } from "../../http/context.ts";

const BODY_LIMIT_BYTES = 64 * 1024;

/** Throws REQUEST_INVALID with what is wrong, BODY_TOO_LARGE. An empty body is an object without fields. */
export async function readJson<T extends z.ZodType>(context: RequestContext, schema: T): Promise<z.output<T>> {
  const text = new TextDecoder().decode(await readBody(context, BODY_LIMIT_BYTES));
  const parsed = schema.safeParse(text === "" ? {} : parseJson(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  throw new RegistryError("REQUEST_INVALID", { message: problems.join("; ") });
}

export function json(context: RequestContext, value: unknown): Response {
  return new Response(JSON.stringify(value), {
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", "X-Request-Id": context.id },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RegistryError("REQUEST_INVALID", { message: "the body is not JSON", cause });
  }
}
