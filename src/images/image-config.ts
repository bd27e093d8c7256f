/** An image's configuration as people look at it. Spec: image-spec 1.1, config.md; healthcheck and shell are Docker's. */
import type { JsonObject } from "../oci/json.ts";
import { cut, keysOf, type Note, notesOf, numberOf, objectOf, textOf, textsOf } from "./loose.ts";

export type Healthcheck = {
  test: string[];
  intervalSeconds: number | null;
  timeoutSeconds: number | null;
  startPeriodSeconds: number | null;
  retries: number | null;
};

export type ImageConfig = {
  created: string | null;
  author: string | null;
  os: string | null;
  architecture: string | null;
  variant: string | null;
  osVersion: string | null;
  user: string | null;
  workingDir: string | null;
  entrypoint: string[] | null;
  cmd: string[] | null;
  shell: string[] | null;
  env: Note[];
  ports: string[];
  volumes: string[];
  labels: Note[];
  stopSignal: string | null;
  healthcheck: Healthcheck | null;
};

const SHORT = 64;

export function readImageConfig(document: JsonObject): ImageConfig {
  const run = objectOf(document, "config");
  return {
    created: textOf(document, "created", SHORT),
    author: textOf(document, "author"),
    os: textOf(document, "os", SHORT),
    architecture: textOf(document, "architecture", SHORT),
    variant: textOf(document, "variant", SHORT),
    osVersion: textOf(document, "os.version", SHORT),
    user: textOf(run, "User"),
    workingDir: textOf(run, "WorkingDir"),
    entrypoint: textsOf(run, "Entrypoint"),
    cmd: textsOf(run, "Cmd"),
    shell: textsOf(run, "Shell"),
    env: (textsOf(run, "Env") ?? []).map(variableOf),
    ports: keysOf(run, "ExposedPorts"),
    volumes: keysOf(run, "Volumes"),
    labels: notesOf(run, "Labels"),
    stopSignal: textOf(run, "StopSignal", SHORT),
    healthcheck: readHealthcheck(objectOf(run, "Healthcheck")),
  };
}

function variableOf(text: string): Note {
  const at = text.indexOf("=");
  return at < 0 ? { name: text, value: "" } : { name: cut(text.slice(0, at), 256), value: text.slice(at + 1) };
}

/** Docker writes durations in nanoseconds; 0 means its default. */
function readHealthcheck(object: JsonObject | null): Healthcheck | null {
  const test = textsOf(object, "Test");
  if (test === null || test.length === 0) return null;
  const seconds = (key: string) => (numberOf(object, key) ?? 0) / 1e9 || null;
  const retries = numberOf(object, "Retries");
  return {
    test,
    intervalSeconds: seconds("Interval"),
    timeoutSeconds: seconds("Timeout"),
    startPeriodSeconds: seconds("StartPeriod"),
    retries: retries !== null && Number.isSafeInteger(retries) && retries > 0 ? retries : null,
  };
}
