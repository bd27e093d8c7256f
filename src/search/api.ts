/** The hub API of the search: found repositories with what there is of each kind, and suggestions while somebody types. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { KINDS, ORDERS, PERIODS, PUBLISHERS } from "./facets.ts";

export { KINDS, ORDERS, PERIODS, PUBLISHERS };

const MAX_QUERY = 1_000;
export const MAX_FOUND_PAGE = 100;

const time = () => z.string().describe("RFC 3339.");

const range = named("TextRange", () =>
  z.strictObject({
    start: z.int().describe("Of the first character, in UTF-16 units as JavaScript counts them."),
    end: z.int().describe("Behind the last character."),
  }),
);

export const foundRepository = named("FoundRepository", () =>
  z.strictObject({
    id: z.string(),
    name: z.string(),
    namespace: z.string(),
    description: z.string(),
    visibility: z.enum(["public", "private"]),
    isOfficial: z.boolean(),
    isVerifiedPublisher: z.boolean(),
    isSigned: z.boolean().describe("Whether the repository holds a signature of Cosign or Notation."),
    stars: z.int(),
    pulls: z.int(),
    createdAt: time(),
    updatedAt: time().describe("When something was last pushed, or when it was made. RFC 3339."),
    kinds: z.array(z.enum(KINDS)).describe("Empty while it has no tag."),
    operatingSystems: z.array(z.string()).describe("Such as `linux`; those of its newest tags."),
    architectures: z.array(z.string()).describe("Such as `amd64`; those of its newest tags."),
    tags: z.array(z.string()).describe("Some of its newest tags that have a word of the query in them; at most 5."),
    highlights: z
      .strictObject({ name: z.array(range()), description: z.array(range()) })
      .describe("Where the words of the query stand, in order and apart from each other."),
  }),
);

const count = named("FacetCount", () =>
  z.strictObject({ value: z.string(), count: z.int().describe("With `isCapped`: at least so many.") }),
);

const facets = named("SearchFacets", () =>
  z.strictObject({
    kind: z.array(count()),
    os: z.array(count()),
    architecture: z.array(count()),
    publisher: z.array(count()),
    signed: z.array(count()).describe("`true` and `false`."),
    updated: z.array(count()).describe("`day`, `week`, `month`, `year`: each has those of the shorter ones too."),
  }),
);

const suggestion = named("Suggestion", () =>
  z.strictObject({
    kind: z.enum(["repository", "namespace"]),
    name: z.string(),
    description: z.string().describe("Of a namespace: what it is called."),
    isOfficial: z.boolean(),
    isVerifiedPublisher: z.boolean(),
    stars: z.int().describe("Of a namespace: 0."),
    highlights: z.array(range()).describe("In the name."),
  }),
);

const facetText = () => z.string().min(1).max(64);

export const searchApi = {
  search: endpoint({
    id: "search.search",
    method: "GET",
    path: "/api/v1/search",
    summary: "Search repositories",
    description:
      "Those that the caller may see and that have every word of `q`: at the beginning of a word of their description, README, tags, labels and annotations, or anywhere in their name. Signs between words mean nothing. Without words: all of them, most starred first unless `sort` says otherwise. Where more than 1,000 fit, the answer is made of 1,000 of them, among them the most popular ones, and `isCapped` says so.",
    isPublic: true,
    errors: ["UNAVAILABLE"],
    schemas: () => ({
      query: {
        q: z.string().max(MAX_QUERY).default("").describe("Words; of more than 8 the first 8 count."),
        kind: z.enum(KINDS).optional(),
        os: facetText().optional().describe("Operating system, such as `linux`."),
        architecture: facetText().optional().describe("Such as `amd64` or `arm64`."),
        publisher: z.enum(PUBLISHERS).optional().describe("`community`: neither official nor a verified publisher's."),
        signed: z.boolean().optional(),
        updated: z.enum(PERIODS).optional().describe("Pushed to within the last 1, 7, 30 or 365 days."),
        namespace: z.string().min(1).max(300).optional(),
        sort: z.enum(ORDERS).default("relevance").describe("Names: A to Z; all others: largest first."),
        limit: z.int().min(1).max(MAX_FOUND_PAGE).default(25),
        after: z.string().max(2_048).optional().describe("`next` of the page before; the first page without."),
      },
      response: z.strictObject({
        items: z.array(foundRepository()),
        next: z.string().nullable().describe("What `after` must be for the page behind this one; null at the end."),
        total: z.int().describe("Of all pages, at most 1,000."),
        isCapped: z.boolean().describe("There are more than `total`; so there may be of every facet."),
        facets: facets().describe("How many of what was found have each value, most first."),
      }),
    }),
  }),
  suggest: endpoint({
    id: "search.suggest",
    method: "GET",
    path: "/api/v1/search/suggest",
    summary: "Suggest repositories and namespaces by their names",
    description: "At most 8, for every letter that somebody types: those that the caller may see, best first.",
    isPublic: true,
    errors: ["UNAVAILABLE"],
    schemas: () => ({
      query: { q: z.string().max(MAX_QUERY).default("") },
      response: z.strictObject({ items: z.array(suggestion()) }),
    }),
  }),
};
