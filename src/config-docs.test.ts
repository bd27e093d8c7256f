/** The committed guide is what the schema says, and the example file is right. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { printConfigDocs } from "../scripts/print-config-docs.ts";
import { configJsonSchema, exampleSettings, formatExample } from "./config-docs.ts";
import { configSchema, loadConfig } from "./config.ts";
import { flatten } from "./lib/config-layers.ts";
import { listSettings } from "./lib/config-settings.ts";

test("docs/guide is printed from the schema; run scripts/print-config-docs.ts when it is not", async () => {
  for (const { path, text } of await printConfigDocs()) expect(await Bun.file(path).text()).toBe(text);
});

test("the example as it stands changes nothing", () => {
  const file = join(import.meta.dir, "../docs/guide/berth.example.yml");
  expect(loadConfig({ file })).toEqual(loadConfig({}));
});

test("the example, uncommented, has every key at its place, with right values", () => {
  const text = formatExample().replace(/^( *)#(?! )/gm, "$1");
  const tree: Record<string, Record<string, unknown>> = parse(text);
  const found = flatten(tree, () => "").map(({ path }) => path.join("."));
  expect(found).toEqual(exampleSettings().list.map(({ key }) => key));
  const { url, poolSize, ...sqlite } = tree["database"] ?? {};
  for (const database of [sqlite, { driver: "postgres", url, poolSize }]) {
    expect(configSchema.safeParse({ ...tree, database }).error).toBeUndefined();
  }
});

test("every key has one sentence, without markup that a table would break on", () => {
  for (const { key, description } of listSettings(configSchema).list) {
    expect(`${key}: ${description}`).toMatch(/^[\w.<>]+: [A-Z][^|\n]+\.$/);
  }
});

test("the JSON Schema requires neither drivers nor secrets, and knows the files of secrets", () => {
  const schema = JSON.stringify(configJsonSchema());
  expect(configJsonSchema()["required"]).toBeUndefined();
  expect(schema).toContain('"urlFile"');
  expect(schema).toContain('"required":["driver"]');
  expect(schema).not.toContain('"required":["driver","url"]');
});
