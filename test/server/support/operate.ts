// Operator commands as a person runs them, on the data directory of a server that runs, or of none.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cleanEnvironment, run, type RunResult } from "../../support/process.ts";
import { PROGRAM } from "./program.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** The collector of a server works only when it is asked to; what is pushed has its lease for no time to speak of. */
export const QUICK: Record<string, string> = { BERTH_GC_INTERVAL_SECONDS: "3600", BERTH_GC_LEASE_SECONDS: "1" };

/** Runs a command to its end; throws unless it exits with `exitCode`. */
export async function operate(data: string, args: readonly string[], exitCode = 0): Promise<RunResult> {
  const env = cleanEnvironment(QUICK);
  return await run([...PROGRAM, ...args, "--data", data], { env, exitCode, timeoutSeconds: 60 });
}

/** The same with --json; gives what each line of the output says. */
export async function operateJson(data: string, args: readonly string[], exitCode = 0): Promise<unknown[]> {
  const { stdout } = await operate(data, [...args, "--json"], exitCode);
  return stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}

export async function deleteManifest(url: string, repository: string, reference: string): Promise<void> {
  const response = await fetch(`${url}/v2/${repository}/manifests/${reference}`, { method: "DELETE" });
  if (response.status !== 202) throw new Error(`DELETE of ${repository} ${reference}: ${response.status}`);
}

/** The status of a GET; 404 when the manifest is hidden. */
export async function statusOfManifest(url: string, repository: string, reference: string): Promise<number> {
  const response = await fetch(`${url}/v2/${repository}/manifests/${reference}`, { headers: { accept: OCI_MANIFEST } });
  await response.arrayBuffer();
  return response.status;
}

/** Puts an image of one repository into another one without sending a blob. */
export async function copyImage(url: string, from: string, reference: string, to: string): Promise<void> {
  const manifest = await (await fetch(`${url}/v2/${from}/manifests/${reference}`)).text();
  // The shape that pushImage writes.
  const { config, layers } = JSON.parse(manifest) as { config: { digest: string }; layers: { digest: string }[] };
  for (const { digest } of [config, ...layers]) {
    const mounted = await fetch(`${url}/v2/${to}/blobs/uploads/?mount=${digest}&from=${from}`, { method: "POST" });
    if (mounted.status !== 201) throw new Error(`mount: ${mounted.status}`);
  }
  const headers = { "content-type": OCI_MANIFEST };
  const put = await fetch(`${url}/v2/${to}/manifests/${reference}`, { method: "PUT", headers, body: manifest });
  if (put.status !== 201) throw new Error(`PUT: ${put.status} ${await put.text()}`);
}

/** Paths of the files in which a data directory holds blobs. */
export async function blobFiles(data: string): Promise<string[]> {
  const entries = await readdir(join(data, "blobs"), { recursive: true, withFileTypes: true });
  return entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
}
