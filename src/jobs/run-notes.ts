/** What one run has told so far, cut to what its row has room for. */
export type Summary = Readonly<Record<string, number | string | boolean | null>>;

/** `at`: ms since 1970. */
export type LogLine = { at: number; text: string };

const LINES = 100;
const LINE_LENGTH = 500;
const FIGURES = 40;
const CONTROLS = /[\p{C}\u2028\u2029]+/gu;

export class RunNotes {
  readonly #lines: LogLine[] = [];
  #figures: Summary = {};

  readonly note = (text: string): void => {
    this.#lines.push({ at: Date.now(), text: clean(text) });
    if (this.#lines.length > LINES) this.#lines.shift();
  };

  readonly figures = (figures: Summary): void => {
    const all = { ...this.#figures, ...figures };
    this.#figures = Object.fromEntries(
      Object.entries(all)
        .slice(0, FIGURES)
        .map(([name, value]) => [name.slice(0, 64), typeof value === "string" ? clean(value) : value]),
    );
  };

  /** As the statements take it. */
  get columns(): { summary: string; lines: string } {
    return { summary: JSON.stringify(this.#figures), lines: JSON.stringify(this.#lines) };
  }
}

/** What went wrong, for administrators: on one line. */
export function textOf(error: unknown): string {
  return clean(error instanceof Error ? error.message : String(error)) || "it failed without saying why";
}

function clean(text: string): string {
  return text
    .slice(0, LINE_LENGTH * 2)
    .toWellFormed()
    .replace(CONTROLS, " ")
    .trim()
    .slice(0, LINE_LENGTH);
}
