/**
 * Sources of identities and the mail server, for administrators: what is configured, and whether it works. Only what the
 * configuration names is ever asked, so a test leads nowhere else; and its steps hold no secret, as sources tell none.
 */
import type { Take } from "../auth/source-tests.ts";
import type { Identity } from "../auth/source.ts";
import { RegistryError } from "../errors.ts";

export type SourceKind = "local" | "htpasswd" | "ldap" | "oidc" | "mail";

export type TestStep = { title: string; isOk: boolean; message: string; milliseconds: number };

export type TestResult = { isOk: boolean; steps: TestStep[]; identity: Identity | null };

export type TestInput = {
  login: string | null;
  password: string | null;
  /** Of the administrator who asks: a confirmed address, or null. */
  ownAddress: string | null;
};

export type TestableSource = {
  name: string;
  kind: SourceKind;
  displayName: string;
  /** Where it is, without secrets. */
  address: string | null;
  takesLogin: boolean;
  /** Null: there is nothing to test. */
  test: ((input: TestInput, take: Take) => Promise<Identity | null>) | null;
};

const AT_ONCE = 2;
/** Between two tests of one source: a test is no way to guess passwords quickly. */
const PAUSE_MS = 1_000;
const MESSAGE_LENGTH = 500;
const CONTROLS = /[\p{C}\u2028\u2029]+/gu;

export class IdentitySources {
  readonly #sources: readonly TestableSource[];
  readonly #lastTests = new Map<string, { at: number; isOk: boolean }>();
  #running = 0;

  constructor(sources: readonly TestableSource[]) {
    this.#sources = sources;
  }

  list(): (TestableSource & { lastTest: { at: number; isOk: boolean } | null })[] {
    return this.#sources.map((it) => ({ ...it, lastTest: this.#lastTests.get(it.name) ?? null }));
  }

  /** Throws NOT_FOUND for what is not configured, TOOMANYREQUESTS. */
  async test(name: string, input: TestInput): Promise<TestResult> {
    const source = this.#sources.find((it) => it.name === name);
    if (source?.test === undefined || source.test === null) {
      throw new RegistryError("NOT_FOUND", { message: "the configuration names no such source" });
    }
    const last = this.#lastTests.get(name);
    if (this.#running >= AT_ONCE || (last !== undefined && Date.now() - last.at < PAUSE_MS)) {
      throw new RegistryError("TOOMANYREQUESTS", {
        message: "a test was made just now: try again in a moment",
        headers: { "Retry-After": "1" },
      });
    }
    this.#running += 1;
    this.#lastTests.set(name, { at: Date.now(), isOk: false });
    const steps: TestStep[] = [];
    const take: Take = async (title, step) => {
      const begunAt = performance.now();
      const note = (isOk: boolean, message: string) =>
        steps.push({ title, isOk, message: clean(message), milliseconds: Math.round(performance.now() - begunAt) });
      try {
        const { message, value } = await step();
        note(true, message);
        return value;
      } catch (error) {
        note(false, error instanceof Error ? error.message : "it failed");
        return null;
      }
    };
    try {
      const identity = await source.test(input, take);
      const isOk = steps.length > 0 && steps.every((it) => it.isOk);
      this.#lastTests.set(name, { at: Date.now(), isOk });
      return { isOk, steps, identity };
    } finally {
      this.#running -= 1;
    }
  }
}

function clean(text: string): string {
  return text
    .slice(0, MESSAGE_LENGTH * 2)
    .toWellFormed()
    .replace(CONTROLS, " ")
    .trim()
    .slice(0, MESSAGE_LENGTH);
}
