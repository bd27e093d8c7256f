/**
 * Requests to OpenID Connect issuers: bounded in time and size, over TLS, never redirected.
 *
 * Addresses come from what an issuer says of itself, so each one is looked at again: `fetch` would also read local files.
 */
import { SourceUnavailableError } from "./source.ts";

/** More than any discovery document, key set or answer of a token endpoint needs. */
const RESPONSE_LIMIT_BYTES = 256 * 1024;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const WRONG_AT_THE_ISSUER = 500;
const TOO_MANY_REQUESTS = 429;

/** Whether an issuer or one of its endpoints may be there: https, or http to this machine itself. */
export function isIssuerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
}

/** Whether what an issuer says of itself may be asked: one elsewhere has no business with what listens on this machine. */
export function isEndpointOf(issuer: string, text: string): boolean {
  return isIssuerUrl(text) && (issuer.startsWith("http:") || text.startsWith("https:"));
}

export type IssuerRequest = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams | undefined;
  /** For the whole exchange, the body of the answer included. */
  timeoutMs: number;
};

/**
 * The answer's status, type and whole body of at most 256 KiB; a redirect is an answer as any other. Throws SourceUnavailableError
 * when there is none in time, when it is too large, and when the issuer says that it is out of order.
 */
export async function fetchFromIssuer(url: string, request: IssuerRequest): Promise<Response> {
  if (!isIssuerUrl(url)) throw new SourceUnavailableError(`an issuer is asked over https only, not at ${show(url)}`);
  const { timeoutMs, method = "GET", headers = {}, body } = request;
  let response: Response;
  let bytes: Uint8Array<ArrayBuffer> | null;
  try {
    response = await fetch(url, {
      method,
      // A small compressed answer could be a large one: nothing is unpacked.
      headers: { ...headers, "accept-encoding": "identity" },
      decompress: false,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    bytes = await readBounded(response);
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const reason = isLate ? `did not answer in ${timeoutMs} ms` : "cannot be reached";
    throw new SourceUnavailableError(`${show(url)} ${reason}`, { cause: error });
  }
  if (bytes === null) throw new SourceUnavailableError(`${show(url)} answered with more than 256 KiB`);
  if (response.status >= WRONG_AT_THE_ISSUER || response.status === TOO_MANY_REQUESTS) {
    throw new SourceUnavailableError(`${show(url)} answered ${response.status}`);
  }
  const type = response.headers.get("content-type");
  return new Response(bytes.length === 0 ? null : bytes, {
    status: response.status,
    headers: type === null ? {} : { "content-type": type },
  });
}

/** Null when there is more than the limit. */
async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest of the body.
    if (size > RESPONSE_LIMIT_BYTES) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** An address without what could be secret or long in it. */
function show(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || url.origin === "null" ? "an invalid address" : `${url.origin}${url.pathname}`.slice(0, 200);
}
