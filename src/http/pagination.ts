/** Pages of sorted lists. Spec: distribution-spec 1.1, "Listing Tags". */
import { RegistryError } from "../errors.ts";

export const MAX_PAGE = 1_000;
const MAX_LAST_LENGTH = 512;

export type Page = { limit: number; last: string | null };

/** `n` beyond the maximum gives a page of the maximum with a link to the next. Throws PAGINATION_NUMBER_INVALID. */
export function parsePage(query: URLSearchParams, defaultLimit: number): Page {
  const n = query.get("n");
  if (n !== null && !/^\d{1,20}$/.test(n)) {
    throw new RegistryError("PAGINATION_NUMBER_INVALID", {
      message: "n must be a whole number, 0 or more",
      detail: { n: n.slice(0, 40) },
    });
  }
  const last = query.get("last");
  if (last !== null && (last.length > MAX_LAST_LENGTH || last.includes("\0"))) {
    throw new RegistryError("PAGINATION_NUMBER_INVALID", { message: "last must be the last entry of the page before" });
  }
  return { limit: Math.min(n === null ? defaultLimit : Number(n), MAX_PAGE), last };
}

/** The Link header to the next page. Always relative: where this server is reached is not ours to say. */
export function nextLink(path: string, parameters: readonly (readonly [string, string | number])[]): string {
  const query = parameters.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&");
  return `<${path}?${query}>; rel="next"`;
}
