/** Distinguished names as text (RFC 4514), and text from outside inside of filters (RFC 4515). */

/** One step of a name: mostly one pair of a lower-cased type and its value. */
type Step = readonly { type: string; value: string }[];

const PAIR = /^\s*([A-Za-z][\w.-]*|\d[\d.]*)\s*=\s*/;

/** The name's steps, the nearest first; null for what is no such name. Texts like `#04024869` stay as they are. */
export function parseDn(text: string): Step[] | null {
  const steps: Step[] = [];
  let step: { type: string; value: string }[] = [];
  let rest = text;
  for (;;) {
    const [head, type] = PAIR.exec(rest) ?? [];
    if (head === undefined || type === undefined) return null;
    const end = findEnd(rest, head.length);
    const value = unescape(rest.slice(head.length, end));
    if (value === null) return null;
    step.push({ type: type.toLowerCase(), value });
    if (rest[end] !== "+") {
      steps.push(step);
      step = [];
    }
    if (end === rest.length) return steps;
    rest = rest.slice(end + 1);
  }
}

/** Whether a name lies somewhere below another, or is it. Values are compared as directories do: without case. */
export function isWithin(dn: string, base: string): boolean {
  const [inner, outer] = [parseDn(dn), parseDn(base)];
  if (inner === null || outer === null || inner.length < outer.length) return false;
  const folded = inner.slice(inner.length - outer.length).map(fold);
  return outer.every((step, index) => fold(step) === folded[index]);
}

/** Text as one value within a filter: what has a meaning there becomes `\xx`. Other characters go as UTF-8. */
export function escapeFilter(text: string): string {
  return text.replace(/[\0()*\\]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** A filter with its placeholders, such as `{login}`, replaced by escaped text. */
export function fillFilter(template: string, values: Readonly<Record<string, string>>): string {
  // In one pass, so that a login `{dn}` stays one; with a function, so that `$&` does.
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? whole : escapeFilter(value);
  });
}

function fold(step: Step): string {
  const pairs = step.map(({ type, value }) => [type, value.toLowerCase().replace(/ +/g, " ")]);
  return JSON.stringify(pairs.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

/** Where the value that begins at `start` ends: before the next `,` or `+` that is not escaped. */
function findEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "," || text[at] === "+") return at;
  }
  return text.length;
}

/** `\2C` is a byte of UTF-8, `\,` the character itself; spaces around the value do not belong to it. */
function unescape(text: string): string | null {
  const bytes: Buffer[] = [];
  const trimmed = text.replace(/(?<!\\)\s+$/, "");
  for (const part of trimmed.match(/\\[0-9A-Fa-f]{2}|\\.|[^\\]+|\\$/gsu) ?? []) {
    if (part === "\\") return null;
    if (/^\\[0-9A-Fa-f]{2}$/.test(part)) bytes.push(Buffer.from(part.slice(1), "hex"));
    else bytes.push(Buffer.from(part.startsWith("\\") ? part.slice(1) : part));
  }
  return Buffer.concat(bytes).toString("utf8");
}
