/**
 * Text as words, for the index and for queries alike: letters and digits in lower case, without accents. All else stands between
 * words and means nothing, so that no text of anybody can be an operator of a database's query language.
 */

/** Of what one text may give. */
const MAX_WORD = 64;

/** Of a query: more narrow nothing that a person would look for. */
const MAX_QUERY_WORDS = 8;
const MAX_QUERY_TEXT = 1_000;

/** Where a word stands in its text, in UTF-16 units. */
export type Place = { word: string; start: number; end: number };

/** At most `limit` words, in order. */
export function* placesOf(text: string, limit: number): Generator<Place> {
  let left = limit;
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    for (const word of split(fold(match[0]))) {
      if (left <= 0) return;
      left -= 1;
      yield { word, start: match.index, end: match.index + match[0].length };
    }
  }
}

export function wordsOf(text: string, limit: number): string[] {
  if (!isAscii(text)) return [...placesOf(text, limit)].map((it) => it.word);
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.slice(0, limit).map((it) => it.slice(0, MAX_WORD));
}

/** Whether a word of the folded text begins with this one, and whether one is it; much cheaper than to make words of the text. */
export function findWord(folded: string, word: string): "whole" | "beginning" | null {
  let best: "beginning" | null = null;
  for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
    if (isLetter(folded, at - 1)) continue;
    if (!isLetter(folded, at + word.length)) return "whole";
    best = "beginning";
  }
  return best;
}

/** Beyond ASCII everything counts as one: a word may then be missed where only its rank is asked for. */
function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at) | 32;
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 127;
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text);
}

/** What a query asks for: each word once. */
export function queryWords(text: string): string[] {
  const words = wordsOf(text.slice(0, MAX_QUERY_TEXT), MAX_QUERY_WORDS);
  return [...new Set(words)];
}

/** One character may become several words, as some that are written together do. */
function split(folded: string): string[] {
  return folded.match(/[\p{L}\p{N}]+/gu)?.map(shorten) ?? [];
}

/** Never half a character. */
function shorten(word: string): string {
  return word.length <= MAX_WORD ? word : word.slice(0, MAX_WORD).toWellFormed().replace("\ufffd", "");
}

/** In lower case, without accents and other forms. */
export function fold(text: string): string {
  // As nearly all is.
  if (isAscii(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .normalize("NFKC");
}

export type Range = { start: number; end: number };

/** Where words of the text begin with one of these; in order, apart. */
export function highlight(text: string, words: readonly string[], limit = 50): Range[] {
  const ranges: Range[] = [];
  for (const { word, start, end } of placesOf(text, 500)) {
    const found = words.filter((it) => word.startsWith(it)).reduce((a, b) => (a.length > b.length ? a : b), "");
    if (found === "" || (ranges.at(-1)?.end ?? 0) > start) continue;
    // What was folded has other lengths: then the whole word.
    ranges.push({ start, end: word.length === end - start ? start + found.length : end });
    if (ranges.length === limit) break;
  }
  return ranges;
}

/** Where a name has these anywhere in it: names are lower-case ASCII. */
export function highlightName(name: string, words: readonly string[]): Range[] {
  const found = words.flatMap((word) => {
    const ranges: Range[] = [];
    for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + word.length)) {
      ranges.push({ start: at, end: at + word.length });
    }
    return ranges;
  });
  const merged: Range[] = [];
  for (const range of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}
