// Secrets that are sent into every input, each of them unlike any other text, are found nowhere afterwards: not in the log at its
// most talkative, not in an answer, a metric, the audit log or a file of the data directory.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Endpoint } from "../../src/contract/endpoint.ts";
import { endpointsOf } from "../../src/contract/openapi.ts";
import { hubApi } from "../../src/hub-parts.ts";
import { startBerth, type Berth } from "../support/berth.ts";

type Found = { place: string; text: string };

const canaries = new Map<string, string>();
const answers: Found[] = [];
let berth: Berth;

/** A text that stands for a secret; `input` says where it goes in. */
function canary(input: string): string {
  const text = `Canary${randomBytes(12).toString("hex")}`;
  canaries.set(text, input);
  return text;
}

const ROOT = canary("the first administrator's password");
const SWEEPER = canary("an administrator's password, on the command line's socket");

beforeAll(async () => {
  berth = await startBerth({
    env: { BERTH_LOG_LEVEL: "debug", BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: ROOT },
  });
  for (const [name, password, isAdministrator] of [
    ["sweeper", SWEEPER, true],
    ["victim", canary("an account's password"), false],
  ] as const) {
    const made = await fetch("http://berth/api/v1/account/create", {
      unix: join(berth.dataDirectory, "berth.sock"),
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, password, isAdministrator }),
    });
    expect([name, made.status]).toEqual([name, 200]);
  }
}, 30_000);
afterAll(async () => await berth?.kill());

type Ask = { method?: string; headers?: Record<string, string>; body?: string; path: string };

async function send(input: string, { path, ...init }: Ask): Promise<{ status: number; text: string }> {
  const response = await fetch(`${berth.url}${path}`, { redirect: "manual", ...init });
  const text = await response.text();
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  answers.push({ place: `answer to ${input}`, text: `${headers}\n${text}` });
  return { status: response.status, text };
}

function basic(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
}

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

/** Where credentials go in beside the hub API's own bodies. */
function inputs(): Record<string, Ask> {
  const of = (input: string) => canary(input);
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const all: Record<string, (input: string) => Ask> = {
    "a wrong password": (it) => ({ path: "/v2/", headers: basic("root", of(it)) }),
    "a wrong password, long": (it) => ({ path: "/v2/", headers: basic("root", `${of(it)}${"x".repeat(5_000)}`) }),
    "a password with control characters": (it) => ({ path: "/v2/", headers: basic("root", `\u0007${of(it)}\n`) }),
    "a password in the name's place": (it) => ({ path: "/v2/", headers: basic(of(it), "x") }),
    "a password behind an address": (it) => ({ path: "/v2/", headers: basic(`${of(it)}@example.com`, "x") }),
    "a token in the password's place": (it) => ({ path: "/v2/", headers: basic("root", `berth_pat_${of(it)}`) }),
    "a token of ours": (it) => ({ path: "/v2/", headers: { authorization: `Bearer berth_pat_${of(it)}` } }),
    "a token of a robot": (it) => ({ path: "/v2/", headers: { authorization: `Bearer berth_robot_${of(it)}` } }),
    "a token with a signature": (it) => ({
      path: "/v2/",
      headers: { authorization: `Bearer eyJhbGciOiJub25lIn0.e30.${of(it)}` },
    }),
    "another scheme": (it) => ({ path: "/v2/", headers: { authorization: `Digest ${of(it)}` } }),
    "no scheme": (it) => ({ path: "/v2/", headers: { authorization: of(it) } }),
    "Basic that is no base64": (it) => ({ path: "/v2/", headers: { authorization: `Basic ${of(it)}!` } }),
    "a proxy's password": (it) => ({ path: "/v2/", headers: { "proxy-authorization": `Basic ${of(it)}` } }),
    "the session's cookie": (it) => ({ path: "/api/v1/session", headers: { cookie: `berth_session=${of(it)}` } }),
    "the session's cookie, of ours by its form": (it) => ({
      path: "/api/v1/account",
      headers: { cookie: `berth_session=berth_session_${of(it)}; __Host-berth_session=berth_session_${of(it)}` },
    }),
    "another cookie": (it) => ({ path: "/v2/", headers: { cookie: `other=${of(it)}` } }),
    "a signature in the address": (it) => ({ path: `/v2/a/b/blobs/sha256:00?X-Amz-Signature=${of(it)}&sig=${of(it)}` }),
    "a token in the address": (it) => ({ path: `/v2/_catalog?access_token=${of(it)}` }),
    "a signed header": (it) => ({ path: "/v2/", headers: { "x-amz-security-token": of(it) } }),
    "/token, a password": (it) => ({
      path: "/token",
      method: "POST",
      headers: FORM_TYPE,
      body: form({ grant_type: "password", username: "root", password: of(it) }),
    }),
    "/token, a password as name": (it) => ({
      path: "/token",
      method: "POST",
      headers: FORM_TYPE,
      body: form({ grant_type: "password", username: of(it), password: "x" }),
    }),
    "/token, a refresh token": (it) => ({
      path: "/token",
      method: "POST",
      headers: FORM_TYPE,
      body: form({ grant_type: "refresh_token", refresh_token: of(it) }),
    }),
    "/token, a refresh token of ours": (it) => ({
      path: "/token",
      method: "POST",
      headers: FORM_TYPE,
      body: form({ grant_type: "refresh_token", refresh_token: `berth_refresh_${of(it)}` }),
    }),
    "/token, a secret of the client": (it) => ({
      path: "/token",
      method: "POST",
      headers: FORM_TYPE,
      body: form({ grant_type: "client_credentials", client_secret: of(it) }),
    }),
    "/token, Basic": (it) => ({ path: "/token?service=berth&account=root", headers: basic("root", of(it)) }),
    "JSON that breaks off": (it) => ({
      path: "/api/v1/session",
      method: "POST",
      headers: JSON_TYPE,
      body: `{"login":"root","password":"${of(it)}`,
    }),
    "JSON of another kind": (it) => ({
      path: "/api/v1/session",
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify([of(it)]),
    }),
    "a field that is not known": (it) => ({
      path: "/api/v1/session",
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ login: "root", pasword: of(it) }),
    }),
    "a password that is a list": (it) => ({
      path: "/api/v1/session",
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ login: "root", password: [of(it)] }),
    }),
    "a body of another type": (it) => ({
      path: "/api/v1/session",
      method: "POST",
      headers: FORM_TYPE,
      body: form({ login: "root", password: of(it) }),
    }),
    "a login that is a password": (it) => ({
      path: "/api/v1/session",
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ login: of(it), password: "x" }),
    }),
  };
  return Object.fromEntries(Object.entries(all).map(([input, make]) => [input, make(input)]));
}

const SECRET_FIELD = /password|code|token|secret|pending|challenge|credential|assertion|signature|response|proof|raw/i;

/** A body that fits the schema as far as that can be told, with a canary wherever a secret goes. */
function bodyOf(schema: z.core.JSONSchema.BaseSchema, name: string, input: string): unknown {
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first !== undefined && typeof first === "object") return bodyOf(first, name, input);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.type === "object") {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, value]) => [
        key,
        typeof value === "object" ? bodyOf(value, key, `${input}, ${key}`) : null,
      ]),
    );
  }
  if (schema.type === "array") {
    return typeof schema.items === "object" && !Array.isArray(schema.items) ? [bodyOf(schema.items, name, input)] : [];
  }
  if (schema.type === "string") return textOf(schema, name, input);
  if (schema.type === "boolean") return false;
  return schema.type === "integer" || schema.type === "number" ? (schema.minimum ?? 1) : null;
}

function textOf({ format, pattern }: z.core.JSONSchema.BaseSchema, name: string, input: string): string {
  if (format === "date-time") return "2099-01-01T00:00:00Z";
  if (SECRET_FIELD.test(name)) return canary(input);
  if (/email/i.test(name)) return "someone@example.com";
  if (/login|account|user/i.test(name)) return "victim";
  return pattern === undefined ? "made-up" : "1";
}

function requestOf(endpoint: Endpoint): Ask {
  const path = endpoint.path
    .replace("<account>", "victim")
    .replace("<namespace>", "victim")
    .replace("<repository>", "victim/app")
    .replace(/<\w+>/g, "1");
  const { body } = endpoint.schemas();
  const { method } = endpoint;
  if (body === undefined) return { path, method };
  const made = bodyOf(z.toJSONSchema(body, { io: "input" }), "body", endpoint.id);
  return { path, method, headers: JSON_TYPE, body: JSON.stringify(made) };
}

function filesBelow(directory: string): Found[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => ({ place: it.name, text: readFileSync(join(it.parentPath, it.name), "latin1") }));
}

/** In clear, and as they come in headers. */
function spellings(secret: string): string[] {
  const base64 = (text: string) => Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -2);
  const inHeaders = ["", "root:", "sweeper:"].map((name) => base64(name + secret));
  return [secret, secret.toLowerCase(), Buffer.from(secret).toString("hex"), ...inHeaders];
}

test("canaries are found nowhere", async () => {
  for (const [input, ask] of Object.entries(inputs())) await send(input, ask);
  const changes = endpointsOf(hubApi).filter((it) => it.method !== "GET");
  expect(changes.length).toBeGreaterThan(20);
  for (const endpoint of changes) {
    const ask = requestOf(endpoint);
    for (const headers of [{}, basic("sweeper", SWEEPER)]) {
      await send(endpoint.id, { ...ask, headers: { ...ask.headers, ...headers } });
    }
  }
  expect(canaries.size).toBeGreaterThanOrEqual(40);
  // What was made meanwhile is told once, to whoever made it; it must be nowhere else.
  const made = new Set(answers.flatMap(({ text }) => text.match(/berth_[a-z]+_[\w-]{20,}/g) ?? []));
  const token = await send("a token", {
    path: "/token?service=berth&offline_token=true&account=root",
    headers: basic("root", ROOT),
  });
  const { token: jwt, refresh_token: refresh } = JSON.parse(token.text) as { token: string; refresh_token: string };
  const answered = answers.splice(0, answers.length - 1);
  // What changed nothing is written every few seconds.
  const readAudit = () => send("the audit log", { path: "/api/v1/audit/export", headers: basic("root", ROOT) });
  let audit = await readAudit();
  for (let tries = 0; tries < 100 && !audit.text.includes('"account.login"'); tries += 1) {
    await Bun.sleep(100);
    audit = await readAudit();
  }
  expect(audit.status).toBe(200);
  const metrics = await send("metrics", { path: "/metrics" });
  const places: Found[] = [
    { place: "the log", text: berth.logs() },
    { place: "metrics", text: metrics.text },
    { place: "the audit log", text: audit.text },
    ...filesBelow(berth.dataDirectory),
  ];
  expect(audit.text).toContain('"account.login"');
  expect(places.length).toBeGreaterThan(4);
  const hits: string[] = [];
  for (const [secret, input] of canaries) {
    for (const { place, text } of [...places, ...answered]) {
      if (spellings(secret).some((it) => text.includes(it))) hits.push(`${input}: in ${place}`);
    }
  }
  for (const secret of [...made, jwt, refresh]) {
    for (const { place, text } of places)
      if (text.includes(secret)) hits.push(`a made ${secret.slice(0, 12)}: in ${place}`);
  }
  expect(hits).toEqual([]);
}, 120_000);
