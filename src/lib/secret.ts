/**
 * A piece of text that must not reach a log, an error report or an answer.
 *
 * Every usual way of turning a value into text shows asterisks; the text itself takes an explicit call,
 * which is easy to search for in a review.
 */
export const SECRET_MASK = "***";

/** What `node:util` calls `inspect.custom`; loading its inspector would take longer than anything else here. */
const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Hand it straight to what needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SECRET_MASK;
  }

  toJSON(): string {
    return SECRET_MASK;
  }

  [INSPECT](): string {
    return SECRET_MASK;
  }
}
