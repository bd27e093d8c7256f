// The honest side of the hostile lane: small pushes and pulls that must go on working, and what a server says of itself.

import { expect } from "bun:test";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Berth } from "../../support/berth.ts";
import { digestOf } from "../../support/stored.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The code of an answer in the specification's form; throws on any other body, and on a message that says nothing. */
export function errorCode(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "errors" in value && Array.isArray(value.errors)) {
    const [first]: unknown[] = value.errors;
    if (typeof first === "object" && first !== null && "code" in first && "message" in first) {
      if (typeof first.code === "string" && typeof first.message === "string" && first.message.length > 10) {
        return first.code;
      }
    }
  }
  throw new Error(`not an error of the specification's form: ${text.slice(0, 500)}`);
}

export async function expectRefusal(
  answer: Answer,
  status: number | readonly number[],
  ...codes: string[]
): Promise<void> {
  expect(typeof status === "number" ? [status] : status, answer.text.slice(0, 300)).toContain(answer.status);
  expect(answer.headers.get("content-type")).toBe("application/json");
  if (codes.length > 0) expect(codes).toContain(errorCode(answer.text));
}

export async function startUpload(url: string, repository: string): Promise<string> {
  const answer = await ask(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  if (answer.status !== 202) throw new Error(`upload to ${repository}: ${answer.status} ${answer.text}`);
  return new URL(answer.headers.get("location") ?? "", url).href;
}

export async function pushBlob(url: string, repository: string, bytes: Uint8Array<ArrayBuffer>): Promise<Descriptor> {
  const digest = digestOf(bytes);
  const location = await startUpload(url, repository);
  const answer = await ask(`${location}?digest=${digest}`, { method: "PUT", body: bytes });
  if (answer.status !== 201) throw new Error(`blob to ${repository}: ${answer.status} ${answer.text}`);
  return { mediaType: OCI_LAYER, digest, size: bytes.length };
}

export async function putManifest(
  url: string,
  repository: string,
  reference: string,
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string | null = OCI_MANIFEST,
): Promise<Answer> {
  return await ask(`${url}/v2/${repository}/manifests/${reference}`, {
    method: "PUT",
    body,
    headers: contentType === null ? {} : { "content-type": contentType },
  });
}

/** Pushes an image of one random layer and pulls it back; throws unless every byte is the same. */
export async function pushAndPull(url: string, repository: string, layerBytes = 100_000): Promise<string> {
  const layer = new Uint8Array(randomBytes(layerBytes));
  const config = { ...(await pushBlob(url, repository, new Uint8Array(Buffer.from("{}")))), mediaType: OCI_CONFIG };
  const layers = [await pushBlob(url, repository, layer)];
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
  const put = await putManifest(url, repository, "latest", manifest);
  if (put.status !== 201) throw new Error(`manifest to ${repository}: ${put.status} ${put.text}`);
  const pulled = await ask(`${url}/v2/${repository}/manifests/latest`);
  expect(pulled.text).toBe(manifest);
  const response = await fetch(`${url}/v2/${repository}/blobs/${digestOf(layer)}`);
  expect(response.status).toBe(200);
  expect(digestOf(new Uint8Array(await response.arrayBuffer()))).toBe(digestOf(layer));
  return digestOf(layer);
}

/** The server is up, ready, takes a push, and never had to say that it failed. */
export async function expectUnharmed(berth: Berth, options: { allow?: readonly number[] } = {}): Promise<void> {
  expect((await ask(`${berth.url}/readyz`)).status).toBe(200);
  await pushAndPull(berth.url, "unharmed/check");
  const failures = accessLog(berth).filter((it) => it.status >= 500 && !(options.allow ?? []).includes(it.status));
  expect(failures.map((it) => `${it.status} ${it.method} ${it.path.slice(0, 200)}`)).toEqual([]);
  for (const sign of ["failed outside its handler", "uncaught", "unhandled", "panic"]) {
    expect(berth.logs()).not.toContain(sign);
  }
}

export interface AccessEntry {
  method: string;
  path: string;
  status: number;
  route: string;
  agent: string | null;
  address: string;
}

export function accessLog(berth: Berth): AccessEntry[] {
  const entries: AccessEntry[] = [];
  for (const line of berth.logs().split("\n").slice(0, -1)) {
    if (!line.includes('"message":"request"')) continue;
    // Lines of this message have these fields.
    entries.push(JSON.parse(line) as AccessEntry);
  }
  return entries;
}

/** The access log once a request with this path is in it: lines are written after the answer. */
export async function accessLogWith(berth: Berth, path: string): Promise<AccessEntry[]> {
  for (let round = 0; round < 100; round += 1) {
    const entries = accessLog(berth);
    if (entries.some((it) => it.path === path)) return entries;
    await Bun.sleep(50);
  }
  throw new Error(`the access log never showed ${path}`);
}

export const MIB = 1024 * 1024;

/** Resident memory in MiB: now, and the highest since `resetPeak`. */
export function memoryMib(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

export async function until(what: string, seconds: number, check: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen in ${seconds} s`);
    await Bun.sleep(50);
  }
}

/** A number from the test's own environment: long loops are short in CI. */
export function parameter(name: string, inCi: number): number {
  return Number(process.env[`BERTH_TEST_${name}`] ?? inCi);
}
