// A registry with accounts, asked over the hub API and /v2/ as one of them.

import { indexOf, OCI_INDEX, type Content } from "../registry/content.ts";
import { openRegistry, type Answer, type Registry } from "../registry/registry.ts";

export const PASSWORD = "correct horse battery staple";

export type Json = Record<string, unknown>;

export type Caller = {
  name: string;
  /** Of the hub API, below /api/v1. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<HubAnswer>;
  /** The status of a pull of the tag. */
  pull(repository: string, tag?: string): Promise<number>;
  push(repository: string, tag?: string, content?: Content): Promise<number>;
  /** Names of repositories in the catalog. */
  catalog(): Promise<string[]>;
};

export type HubAnswer = { status: number; json: Json; text: string; headers: Headers };

export type Hub = {
  registry: Registry;
  admin: Caller;
  /** Makes the account when there is none. */
  person(name: string): Promise<Caller>;
  anonymous: Caller;
  /** Whoever has these credentials. */
  caller(name: string, password: string): Caller;
  close(): Promise<void>;
};

export async function openHub(
  database: "sqlite" | "postgres",
  createDatabase: () => Promise<string>,
  environment: Record<string, string> = {},
): Promise<Hub> {
  const registry = await openRegistry(
    { database, storage: "memory", createDatabase },
    { BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: PASSWORD, ...environment },
  );
  const caller = (name: string, password: string) => callerOf(registry, name, password);
  const people = new Map<string, Caller>();
  return {
    registry,
    caller,
    admin: caller("root", PASSWORD),
    anonymous: callerOf(registry, "anonymous", null),
    person: async (name) => {
      const known = people.get(name);
      if (known) return known;
      const made = await registry.operate("POST", "/account/create", {
        name,
        password: PASSWORD,
        isAdministrator: false,
      });
      if (made.status !== 200) throw new Error(`${name} was not made: ${made.text}`);
      const person = caller(name, PASSWORD);
      people.set(name, person);
      return person;
    },
    close: () => registry.close(),
  };
}

function callerOf(registry: Registry, name: string, password: string | null): Caller {
  const authorization: Record<string, string> =
    password === null ? {} : { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
  return {
    name,
    ask: async (method, path, body, headers = {}) => {
      const answer = await registry.ask(method, `/api/v1${path}`, {
        headers: {
          ...authorization,
          ...headers,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return hubAnswer(answer);
    },
    pull: async (repository, tag = "v1") =>
      (await registry.ask("GET", `/v2/${repository}/manifests/${tag}`, { headers: authorization })).status,
    push: async (repository, tag = "v1", content = indexOf([])) => {
      const headers = { ...authorization, "Content-Type": OCI_INDEX };
      return (await registry.ask("PUT", `/v2/${repository}/manifests/${tag}`, { headers, body: content.bytes })).status;
    },
    catalog: async () => {
      const { text } = await registry.ask("GET", "/v2/_catalog?n=1000", { headers: authorization });
      // The answer of the distribution API.
      return (JSON.parse(text) as { repositories: string[] }).repositories;
    },
  };
}

function hubAnswer({ status, text, headers }: Answer): HubAnswer {
  // Every answer of the hub API that has a body is an object.
  return { status, text, headers, json: text === "" ? {} : (JSON.parse(text) as Json) };
}

/** Makes an organisation of a fresh name, whose owner is the caller. */
export async function newOrganisation(owner: Caller, settings: Json = {}): Promise<string> {
  const name = `org${crypto.randomUUID().slice(0, 8)}`;
  const made = await owner.ask("POST", "/namespaces", { name, ...settings });
  if (made.status !== 201) throw new Error(`${name} was not made: ${made.text}`);
  return name;
}

/** The field of every entry of a page. */
export function each(answer: HubAnswer, field: string): unknown[] {
  // Of a list.
  return (answer.json["items"] as Json[]).map((it) => it[field]);
}

/** A text of an answer. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`${JSON.stringify(value)} is no text`);
  return value;
}

/** Of requests that were made at once, in order. */
export function statuses(answers: readonly HubAnswer[]): number[] {
  return answers.map(({ status }) => status).sort((a, b) => a - b);
}
