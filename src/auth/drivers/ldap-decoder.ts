/**
 * What a directory sends, as values: strictly read, because nothing vouches for it before TLS and a bind, and little after.
 *
 * ldapts writes our requests; its own reader loops for ever on an attribute list that claims more bytes than there are,
 * and keeps what came before TLS for what comes after it. Here every length is checked against what surrounds it.
 */

/** How an operation ended. Codes are those of RFC 4511, appendix A; 0 is success. */
export type LdapResult = {
  kind: "result";
  messageId: number;
  operation: "bind" | "search" | "extended";
  code: number;
  /** The directory's own words, for the operator alone; cut to 200 characters. */
  diagnostic: string;
  /** Where the next page of a search begins; empty at the end. */
  cookie: Buffer;
};

export type LdapEntry = {
  kind: "entry";
  messageId: number;
  dn: string;
  /** By lower-cased name, without the range that Active Directory adds to long lists. */
  attributes: ReadonlyMap<string, readonly Buffer[]>;
};

/** References to other directories and progress reports, which nothing here follows. */
type LdapAside = { kind: "aside"; messageId: number };

export type LdapMessage = LdapResult | LdapEntry | LdapAside;

/** The directory does not answer, or not as a directory should. Its message is fit for a log. */
export class LdapFailure extends Error {
  override readonly name = "LdapFailure";
}

/** More than the entry of somebody in ten thousand groups. */
const MESSAGE_LIMIT_BYTES = 4 * 2 ** 20;
const DIAGNOSTIC_LIMIT = 200;
const PAGED_RESULTS = "1.2.840.113556.1.4.319";

const INTEGER = 0x02;
const OCTETS = 0x04;
const ENUMERATED = 0x0a;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTROLS = 0xa0;
const SEARCH_ENTRY = 0x64;
const ASIDES: readonly number[] = [0x73, 0x79];
const RESULTS: Readonly<Record<number, LdapResult["operation"]>> = { 0x61: "bind", 0x65: "search", 0x78: "extended" };

/** Cuts a stream into messages; each is the inside of its outer sequence. Throws LdapFailure. */
export class LdapFrames {
  #head: number[] = [];
  #frame: Buffer | null = null;
  #filledBytes = 0;

  /** Whether nothing is left of a message that has not ended. */
  get isEmpty(): boolean {
    return this.#head.length === 0 && this.#frame === null;
  }

  push(chunk: Buffer): Buffer[] {
    const complete: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === null) {
        this.#head.push(chunk[at] ?? 0);
        at += 1;
        const length = measureHead(this.#head);
        if (length === null) continue;
        this.#frame = Buffer.allocUnsafe(length);
        this.#filledBytes = 0;
        this.#head = [];
        continue;
      }
      const copied = chunk.copy(this.#frame, this.#filledBytes, at);
      at += copied;
      this.#filledBytes += copied;
      if (this.#filledBytes === this.#frame.length) {
        complete.push(this.#frame);
        this.#frame = null;
      }
    }
    return complete;
  }
}

/** Reads one message of LdapFrames. Throws LdapFailure when it is not exactly what RFC 4511 says. */
export function decodeMessage(frame: Buffer): LdapMessage {
  const message = new Elements(frame);
  const messageId = readNumber(message.take(INTEGER));
  const { tag, inside } = message.takeAny();
  const operation = RESULTS[tag];
  if (operation !== undefined) {
    const cookie = message.isAtEnd ? null : findCookie(message.take(CONTROLS));
    return { kind: "result", messageId, operation, ...readResult(inside), cookie: cookie ?? Buffer.alloc(0) };
  }
  if (tag === SEARCH_ENTRY) return { kind: "entry", messageId, ...readEntry(inside) };
  if (ASIDES.includes(tag)) return { kind: "aside", messageId };
  throw new LdapFailure(`the directory sent a message of an unknown kind (0x${tag.toString(16)})`);
}

/** Elements one after another, each wholly inside of what surrounds them. */
class Elements {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  takeAny(): { tag: number; inside: Buffer } {
    const tag = this.#bytes[this.#at];
    const length = readLength(this.#bytes, this.#at + 1);
    if (tag === undefined || length === null || length.end + length.bytes > this.#bytes.length) throw malformed();
    this.#at = length.end + length.bytes;
    return { tag, inside: this.#bytes.subarray(length.end, this.#at) };
  }

  take(expected: number): Buffer {
    const { tag, inside } = this.takeAny();
    if (tag !== expected) throw malformed();
    return inside;
  }
}

function readResult(bytes: Buffer): { code: number; diagnostic: string } {
  const result = new Elements(bytes);
  const code = readNumber(result.take(ENUMERATED));
  result.take(OCTETS);
  return { code, diagnostic: result.take(OCTETS).subarray(0, DIAGNOSTIC_LIMIT).toString("utf8") };
}

function readEntry(bytes: Buffer): { dn: string; attributes: Map<string, Buffer[]> } {
  const entry = new Elements(bytes);
  const dn = entry.take(OCTETS).toString("utf8");
  const attributes = new Map<string, Buffer[]>();
  const list = new Elements(entry.take(SEQUENCE));
  while (!list.isAtEnd) {
    const attribute = new Elements(list.take(SEQUENCE));
    const name = attribute
      .take(OCTETS)
      .toString("utf8")
      .toLowerCase()
      .replace(/;range=[^;]*$/, "");
    const set = new Elements(attribute.take(SET));
    const values = attributes.get(name) ?? [];
    while (!set.isAtEnd) values.push(set.take(OCTETS));
    attributes.set(name, values);
  }
  return { dn, attributes };
}

function findCookie(bytes: Buffer): Buffer | null {
  const controls = new Elements(bytes);
  while (!controls.isAtEnd) {
    const control = new Elements(controls.take(SEQUENCE));
    if (control.take(OCTETS).toString("latin1") !== PAGED_RESULTS) continue;
    let value = control.takeAny();
    if (value.tag !== OCTETS) value = control.takeAny();
    const page = new Elements(new Elements(value.inside).take(SEQUENCE));
    page.take(INTEGER);
    return page.take(OCTETS);
  }
  return null;
}

function readNumber(bytes: Buffer): number {
  if (bytes.length < 1 || bytes.length > 4) throw malformed();
  return bytes.readIntBE(0, bytes.length);
}

/** The length that begins at `at`, and where it ends; null when its bytes are not all there. */
function readLength(bytes: Buffer | readonly number[], at: number): { bytes: number; end: number } | null {
  const first = bytes[at];
  if (first === undefined) return null;
  if (first < 0x80) return { bytes: first, end: at + 1 };
  const count = first - 0x80;
  if (count === 0 || count > 4) throw malformed();
  let length = 0;
  for (let index = 1; index <= count; index += 1) {
    const next = bytes[at + index];
    if (next === undefined) return null;
    length = length * 256 + next;
  }
  return { bytes: length, end: at + 1 + count };
}

function measureHead(head: readonly number[]): number | null {
  if (head[0] !== SEQUENCE) throw malformed();
  const length = readLength(head, 1);
  if (length === null) return null;
  if (length.bytes === 0) throw malformed();
  if (length.bytes > MESSAGE_LIMIT_BYTES) throw new LdapFailure("the directory sent a message of more than 4 MiB");
  return length.bytes;
}

function malformed(): LdapFailure {
  return new LdapFailure("the directory sent what is no LDAP message");
}
