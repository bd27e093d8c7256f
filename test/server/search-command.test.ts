// `berth search reindex` on a real data directory, and what becomes of the index in a restore: it is made anew.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { operate, operateJson, QUICK } from "./support/operate.ts";
import { pushImage } from "./support/registry.ts";

setDefaultTimeout(90_000);

let directory: TemporaryDirectory;
let data: string;
let berth: Berth;

beforeEach(async () => {
  directory = await makeTemporaryDirectory("search-command");
  data = directory.join("data");
  berth = await startBerth({ dataDirectory: data, env: QUICK });
});
afterEach(async () => {
  await berth.kill();
  await directory.remove();
});

async function find(q: string): Promise<string[]> {
  const response = await fetch(`${berth.url}/api/v1/search?q=${q}`);
  const { items } = (await response.json()) as { items: { name: string }[] };
  return items.map((it) => it.name);
}

test("the index is made anew, with a server and without one", async () => {
  for (const name of ["team/app", "team/web"]) await pushImage(berth.url, name, "v1", 1_000);
  expect(await operateJson(data, ["search", "reindex"])).toEqual([{ repositories: 2 }]);
  expect(await find("app")).toEqual(["team/app"]);
  await berth.stop();
  expect((await operate(data, ["search", "reindex"])).stdout).toBe("2 repositories indexed\n");
  for (const args of [["search"], ["search", "index"], ["search", "reindex", "now"]]) {
    expect((await operate(data, args, 2)).stderr).toContain("berth search reindex");
  }
});

test("what a killed server had not indexed is found after its next start", async () => {
  await pushImage(berth.url, "team/app", "v1", 1_000);
  await berth.kill();
  berth = await startBerth({ dataDirectory: data, env: QUICK });
  expect(await find("ap")).toEqual(["team/app"]);
});

test("a backup has no index, and a restored registry finds everything", async () => {
  await pushImage(berth.url, "team/app", "unusual", 1_000);
  expect(await find("unusual")).toEqual(["team/app"]);
  await operate(data, ["backup", directory.join("copy")]);
  await berth.stop();
  data = directory.join("other");
  await operate(data, ["restore", directory.join("copy")]);
  berth = await startBerth({ dataDirectory: data, env: QUICK });
  expect(await find("unusual")).toEqual(["team/app"]);
});
