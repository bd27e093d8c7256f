// A browser's half of the hub API: it keeps the session's cookie and says which page asks, as pages of the server itself do.

import { expect } from "bun:test";

export class Browser {
  readonly #url: string;
  cookie: string | null = null;

  /** `url`: the origin under which the page was opened. */
  constructor(url: string) {
    this.#url = url;
  }

  /** The answer as it is; a cookie that comes with it is kept. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        Origin: this.#url,
        ...(this.cookie === null ? {} : { Cookie: this.cookie }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.split(";")[0] ?? null;
    return response;
  }

  /** What is answered, which must have succeeded. */
  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    // The test that asks knows what the endpoint answers.
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Expects to be refused with this status; gives the words for people. */
  async refused(status: number, method: string, path: string, body?: unknown): Promise<string> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    expect(`${response.status} ${text}`).toStartWith(`${status} `);
    const problem = JSON.parse(text) as { detail: string };
    return problem.detail;
  }
}
