/**
 * What the index holds of a repository, and what is looked up there: tokens. A word is its own token. Those that begin with `_`,
 * which no word does, are parts of names, facets and scopes:
 *
 *     nginx    a word of any text       _kimage _olinux _aamd64 _fofficial _s1   facets
 *     _pn      a part of the name       _vpublic _i12                            who may see it: everyone, or the
 *     _nnginx  begins so, or is so                                               namespace where they must have rights
 *     _gng _gngi                        two or three characters of the name
 */
import type { Dialect } from "../database/database.ts";
import { wordsOf } from "./words.ts";

/** Raise it when tokens or documents get another form: every index is then made anew. */
export const INDEX_VERSION = 1;

const MAX_TOKENS = 1_500;
const SHORT = 3;

export type Facets = {
  kinds: readonly string[];
  systems: readonly string[];
  architectures: readonly string[];
  isSigned: boolean;
};

export type Document = Facets & {
  name: string;
  namespaceId: number;
  isPublic: boolean;
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  /** Newest first. */
  tags: readonly string[];
  /** What else is searched, most important first. */
  texts: readonly string[];
};

/** Each once. */
export function tokensOf(document: Document): string[] {
  const { name, isPublic, isOfficial, isVerifiedPublisher } = document;
  const tokens = new Set<string>([
    `_i${document.namespaceId}`,
    ...(isPublic ? ["_vpublic"] : []),
    ...facetTokens("kind", document.kinds),
    ...facetTokens("os", document.systems),
    ...facetTokens("architecture", document.architectures),
    `_s${document.isSigned ? 1 : 0}`,
    ...(isOfficial ? ["_fofficial"] : []),
    ...(isVerifiedPublisher ? ["_fverified"] : []),
    ...(isOfficial || isVerifiedPublisher ? [] : ["_fcommunity"]),
  ]);
  for (const part of wordsOf(name, 40)) {
    tokens.add(part);
    tokens.add(`_n${part}`);
    for (let length = 1; length <= SHORT; length += 1) tokens.add(`_p${part.slice(0, length)}`);
  }
  for (let at = 0; at < name.length; at += 1) {
    for (let length = 1; length <= SHORT && at + length <= name.length; length += 1) {
      tokens.add(`_g${name.slice(at, at + length)}`);
    }
  }
  for (const text of [document.tags.join(" "), ...document.texts]) {
    for (const word of wordsOf(text, MAX_TOKENS)) {
      if (tokens.size >= MAX_TOKENS) return [...tokens];
      tokens.add(word);
    }
  }
  return [...tokens];
}

export type FacetName = "kind" | "os" | "architecture";
const LETTERS: Record<FacetName, string> = { kind: "k", os: "o", architecture: "a" };

export function facetTokens(facet: FacetName, values: readonly string[]): string[] {
  return values.map((value) => `_${LETTERS[facet]}${facetValue(value)}`);
}

/** As facets are kept: what an image says of itself may be anything. */
export function facetValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._/-]+/g, "")
    .slice(0, 32);
}

/** A condition: a token, or all or any of some conditions. */
export type Match = { token: string; isPrefix?: true } | { all: readonly Match[] } | { any: readonly Match[] };

/**
 * Anywhere in the text, at the beginning of a word, or anywhere in the name. With `isWhole` a longer word has to be there as it is:
 * SQLite gathers all that begin with four letters or more before it gives the first.
 */
export function matchWord(word: string, isWhole: boolean): Match {
  if (word.length === 1) return { any: [{ token: word }, { token: `_p${word}` }] };
  if (isWhole && word.length > SHORT) return { token: word };
  return { any: [{ token: word, isPrefix: true }, ...matchInName(word)] };
}

/** At the beginning of a part of the name. */
export function matchNamePart(word: string): Match {
  return word.length <= SHORT ? { token: `_p${word}` } : { token: `_n${word}`, isPrefix: true };
}

/** Where names have this text somewhere in them; nothing for what no name can have in it. May let through a few others too. */
export function matchInName(text: string): Match[] {
  if (!/^[a-z0-9._/-]+$/.test(text)) return [];
  if (text.length <= SHORT) return [{ token: `_g${text}` }];
  const grams = Array.from({ length: text.length - SHORT + 1 }, (_, at) => ({
    token: `_g${text.slice(at, at + SHORT)}`,
  }));
  return [{ all: [...new Map(grams.map((it) => [it.token, it])).values()] }];
}

/** In the language of the database's index. Tokens have no quotes in them. */
export function render(match: Match, dialect: Dialect): string {
  if ("token" in match) {
    const prefix = match.isPrefix === true;
    if (dialect === "sqlite") return `"${match.token}"${prefix ? "*" : ""}`;
    return `'${match.token}'${prefix ? ":*" : ""}`;
  }
  const [sqlite, postgres, parts] = "all" in match ? ["AND", "&", match.all] : ["OR", "|", match.any];
  const inner = parts.map((it) => render(it, dialect)).join(dialect === "sqlite" ? ` ${sqlite} ` : ` ${postgres} `);
  return parts.length === 1 ? inner : `(${inner})`;
}
