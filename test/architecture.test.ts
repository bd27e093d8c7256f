/**
 * The rules of ARCHITECTURE.md that a machine can check.
 *
 * Type-only imports count: a reader of the importing file still has to know the other one. The source text is
 * matched, because Bun's own import scanner drops them.
 */
import { expect, test } from "bun:test";
import { Glob } from "bun";
import { dirname, join, normalize } from "node:path";

/** Lowest first. A file imports from its own folder and from rows above its own, never from its own row's neighbours. */
const ORDER = [
  ["errors.ts", "lib"],
  ["oci"],
  ["telemetry"],
  ["contract"],
  ["http", "storage", "database", "mail"],
  ["access"],
  ["jobs"],
  ["audit"],
  ["accounts"],
  ["repositories"],
  ["auth"],
  ["registry"],
  ["lifecycle", "limits", "usage", "images", "layers", "search", "pages"],
  ["operator"],
  ["administration"],
  [
    "config.ts",
    "config-docs.ts",
    "registry2-config.ts",
    "registry2-values.ts",
    "ports.ts",
    "auth-parts.ts",
    "account-parts.ts",
    "factor-parts.ts",
    "namespace-parts.ts",
    "source-parts.ts",
    "hub-parts.ts",
    "factor-hub.ts",
    "namespace-hub.ts",
    "app-background.ts",
    "app-snapshots.ts",
    "operator-parts.ts",
    "search-parts.ts",
    "administration-parts.ts",
    "administration-hub.ts",
    "images-hub.ts",
    "layers-parts.ts",
    "layers-later.ts",
    "app.ts",
  ],
  ["cli"],
  ["main.ts"],
];

/** The last-but-two row joins what the others declare; its files may name each other. */
const JOINING = ORDER.at(-3) ?? [];

/** Lines a source file may have. Longer ones are named here with the reason. */
const MAX_LINES = 400;
const LONGER: Record<string, string> = {};

const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^"'`;]*?["'](\.[^"']+)["']|\bimport\(\s*["'](\.[^"']+)["']/g;

type Import = { from: string; to: string };

const files = new Map<string, string>();
for await (const path of new Glob("**/*.ts").scan("src")) files.set(path, await Bun.file(join("src", path)).text());

const imports: Import[] = [...files].flatMap(([from, source]) =>
  [...source.matchAll(IMPORT)].map((match) => ({ from, to: normalize(join(dirname(from), (match[1] ?? match[2])!)) })),
);

/** A test stands where what it tests does. */
const folder = (path: string) => path.split("/")[0]!.replace(/\.test\.ts$/, ".ts");
const row = (path: string) => ORDER.findIndex((folders) => folders.includes(folder(path)));
const crosses = ({ from, to }: Import) => folder(from) !== folder(to) && !to.startsWith("..");
const isTest = (path: string) => path.endsWith(".test.ts");
const isJoining = (path: string) => JOINING.includes(folder(path));
const show = ({ from, to }: Import) => `${from} -> ${to}`;

test("the imports were found", () => {
  expect(imports.length).toBeGreaterThan(100);
});

test("every folder has a row", () => {
  expect([...files.keys()].filter((path) => row(path) < 0)).toEqual([]);
});

test("imports only go down", () => {
  const allowed = ({ from, to }: Import) => row(to) < row(from) || (isJoining(from) && isJoining(to));
  expect(
    imports
      .filter(crosses)
      .filter((it) => !allowed(it))
      .map(show),
  ).toEqual([]);
});

test("only routes see HTTP", () => {
  const joins = (path: string) => isJoining(path) || folder(path) === "cli";
  const mayUseHttp = (path: string) => /(^|\/)routes(\.ts|\/)/.test(path) || joins(path) || isTest(path);
  expect(
    imports
      .filter(crosses)
      .filter(({ from, to }) => folder(to) === "http" && !mayUseHttp(from))
      .map(show),
  ).toEqual([]);
});

test("drivers and queries are private to their folder", () => {
  const isPrivate = (path: string) => path.includes("/drivers/") || /\/queries(\.ts|\/)/.test(path);
  const mayBuild = (path: string) =>
    ["ports.ts", "auth-parts.ts", "source-parts.ts", "hub-parts.ts", "operator-parts.ts", "app.ts"].includes(
      folder(path),
    ) || isTest(path);
  expect(
    imports
      .filter(crosses)
      .filter(({ from, to }) => isPrivate(to) && !mayBuild(from))
      .map(show),
  ).toEqual([]);
});

test("files stay readable in one sitting", () => {
  const lines = (source: string) => source.split("\n").length - 1;
  const long = [...files].filter(([path, source]) => !isTest(path) && !(path in LONGER) && lines(source) > MAX_LINES);
  expect(long.map(([path, source]) => `${path}: ${lines(source)} lines`)).toEqual([]);
});

test("nobody but the configuration and the commands reads the environment", () => {
  const reads = [...files].filter(
    ([path, source]) => !isTest(path) && !/^(cli\/|main\.ts)/.test(path) && source.includes("process.env"),
  );
  expect(reads.map(([path]) => path)).toEqual([]);
});

test("no pattern of a user's becomes a regular expression", () => {
  const builds = [...files].filter(([path, source]) => !isTest(path) && /new RegExp\(/.test(source));
  // The router compiles the route table's own paths.
  expect(builds.map(([path]) => path)).toEqual(["http/router.ts"]);
});
