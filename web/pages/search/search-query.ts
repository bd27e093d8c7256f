/** What is searched for, as the address says it. */
import { KINDS, ORDERS, PERIODS, PUBLISHERS } from "../../../src/search/facets.ts";

export type SearchQuery = {
  q?: string | undefined;
  kind?: (typeof KINDS)[number] | undefined;
  os?: string | undefined;
  architecture?: string | undefined;
  publisher?: (typeof PUBLISHERS)[number] | undefined;
  signed?: boolean | undefined;
  updated?: (typeof PERIODS)[number] | undefined;
  sort?: (typeof ORDERS)[number] | undefined;
};

const MAX_TEXT = 200;

/** Addresses are written by anyone: what is no filter is left out. */
export function parseSearchQuery(search: Record<string, unknown>): SearchQuery {
  const text = (name: string) => {
    const value = search[name];
    const given = typeof value === "number" ? String(value) : value;
    return typeof given === "string" && given !== "" ? given.slice(0, MAX_TEXT) : undefined;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[]) => values.find((it) => it === search[name]);
  const signed = search["signed"];
  return {
    q: text("q"),
    kind: oneOf("kind", KINDS),
    os: text("os"),
    architecture: text("architecture"),
    publisher: oneOf("publisher", PUBLISHERS),
    signed: typeof signed === "boolean" ? signed : undefined,
    updated: oneOf("updated", PERIODS),
    sort: oneOf("sort", ORDERS),
  };
}
