/** What somebody may mean who has typed some letters: repositories and namespaces whose names have words that begin so. */
import type { Principal } from "../access/principal.ts";
import { visibilityOf } from "../access/visibility.ts";
import type { Database } from "../database/database.ts";
import * as queries from "./queries/search.ts";
import { askedName, foundOf, relevanceOf, scopeOf, type Found } from "./query.ts";
import { findMatches } from "./search.ts";
import { matchNamePart } from "./tokens.ts";
import { highlightName, queryWords, type Range } from "./words.ts";

const SHOWN = 8;
const SHOWN_NAMESPACES = 3;
/** Repositories that are ranked; of more, some and the most starred ones. */
const RANKED = 200;
const POPULAR = 200;
const NAMESPACES = 10;

export type Suggestion = {
  kind: "repository" | "namespace";
  name: string;
  description: string;
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  stars: number;
  highlights: Range[];
};

export class Suggestions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Best first. What was changed within the last seconds may be missing. */
  async list(principal: Principal, text: string): Promise<Suggestion[]> {
    const words = queryWords(askedName(text));
    const scope = scopeOf(principal);
    if (words.length === 0 || scope === null) return [];
    const parameters = { ...visibilityOf(principal), pushedSince: 0, limit: RANKED };
    const match = { all: [...words.map(matchNamePart), ...scope] };
    const { rows, isCut } = await findMatches(this.#database, match, parameters, RANKED);
    const known = new Map(rows.map((row) => [row.id, foundOf(row)]));
    if (isCut) {
      for (const found of await this.#listPopular(parameters)) {
        if (words.every((it) => found.name.includes(it))) known.set(found.id, found);
      }
    }
    const asked = askedName(text);
    const ranked = [...known.values()]
      .map((it) => ({ it, score: relevanceOf(it, words, asked) }))
      .sort((a, b) => b.score - a.score || (a.it.name < b.it.name ? -1 : 1));
    const namespaces = await this.#listNamespaces(principal, asked, scope);
    const room = SHOWN - namespaces.length;
    return [
      ...ranked.slice(0, room).map(({ it }) => suggestionOf(it, words)),
      ...namespaces.map((it) => ({ ...it, highlights: highlightName(it.name, [asked]) })),
    ];
  }

  async #listPopular(parameters: queries.FoundParameters): Promise<Found[]> {
    const all = { beforeValue: Number.MAX_SAFE_INTEGER, beforeName: "", downToValue: 1, downToName: "" };
    const end = await queries.findStarsStretch.first(this.#database, { ...all, stretch: POPULAR });
    const span = end && end.value > 0 ? { ...all, downToValue: end.value, downToName: end.name } : all;
    return (await queries.walkStars.all(this.#database, { ...parameters, ...span })).map(foundOf);
  }

  /** Those in which the principal may see something. */
  async #listNamespaces(
    principal: Principal,
    asked: string,
    scope: NonNullable<ReturnType<typeof scopeOf>>,
  ): Promise<Omit<Suggestion, "highlights">[]> {
    if (!/^[a-z0-9._-]+$/.test(asked)) return [];
    // Behind every name that begins so.
    const range = { fromName: asked, belowName: `${asked}~`, limit: NAMESPACES };
    const shown: Omit<Suggestion, "highlights">[] = [];
    for (const row of await queries.listNamespaces.all(this.#database, range)) {
      const match = { all: [{ token: `_i${row.id}` }, ...scope] };
      const parameters = { ...visibilityOf(principal), pushedSince: 0, limit: 1 };
      const { rows } = await findMatches(this.#database, match, parameters, 0);
      if (rows.length === 0) continue;
      const { name, display_name: description, is_verified_publisher: isVerified } = row;
      const flags = { isOfficial: false, isVerifiedPublisher: isVerified === 1, stars: 0 };
      shown.push({ kind: "namespace", name, description, ...flags });
      if (shown.length === SHOWN_NAMESPACES) break;
    }
    return shown;
  }
}

function suggestionOf(found: Found, words: readonly string[]): Suggestion {
  const { name, description, isOfficial, isVerifiedPublisher, stars } = found;
  const shown = { kind: "repository" as const, name, description, isOfficial, isVerifiedPublisher, stars };
  return { ...shown, highlights: highlightName(name, words) };
}
