/**
 * Text of strangers with what cannot be seen made visible: control characters, and those that turn the direction of writing or
 * take no room, with which a name can look like another one.
 */

// Controls; soft hyphen and other fillers; marks of direction; spaces without width; separators; shy operators; the byte order mark; tags; halves of pairs.
const UNSEEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

export type TextPart = { at: number; text: string; code: null } | { at: number; text: string; code: string };

/** Parts in order; `code` is `U+202E` where a part stands for a character that is not seen. */
export function visibleParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(UNSEEN)) {
    if (index > at) parts.push({ at, text: text.slice(at, index), code: null });
    parts.push({ at: index, text: found, code: codeOf(found) });
    at = index + found.length;
  }
  if (at < text.length) parts.push({ at, text: text.slice(at), code: null });
  return parts;
}

export function hasUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0;
}

/** The same for where only text may stand, such as titles and labels: `a⟨U+202E⟩b`. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (found) => `⟨${codeOf(found)}⟩`);
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
