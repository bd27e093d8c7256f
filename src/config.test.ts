/** The configuration as a whole: precedence, names, errors that say where they come from. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { configSchema, type ConfigSources, ENVIRONMENT_PREFIX, loadConfig } from "./config.ts";
import { environmentName } from "./lib/config-environment.ts";
import { Secret } from "./lib/secret.ts";
import { ConfigError } from "./lib/config-layers.ts";
import { listSettings } from "./lib/config-settings.ts";

const directory = mkdtempSync(join(tmpdir(), "berth-config-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(sources: ConfigSources) {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

test("nothing given is a complete configuration", () => {
  const { config, warnings, origins } = loadConfig({});
  expect(config).toEqual({
    data: { directory: "./data" },
    open: false,
    admin: {},
    auth: {
      public: true,
      signUp: "closed",
      token: { issuer: "berth", service: "berth", lifeSeconds: 300, refreshDays: 180 },
      htpasswd: { role: "none" },
      ldap: {},
      oidc: {},
      workload: { issuers: [] },
    },
    accounts: { organisationCreation: "everyone" },
    audit: { enabled: true, keepDays: 365, maxEvents: 10_000_000 },
    http: {
      host: "127.0.0.1",
      port: 5000,
      trustedProxies: [],
      insecureSessions: false,
      drain: { delaySeconds: 1, timeoutSeconds: 60 },
      idleTimeoutSeconds: 60,
    },
    storage: {
      driver: "filesystem",
      directory: "./data",
      directIo: "auto",
      minimumFreeBytes: "auto",
      delete: { enabled: true },
      readonly: false,
    },
    database: { driver: "sqlite", path: "./data/berth.db" },
    registry: {
      manifest: { maxBytes: 4_194_304 },
      uploads: { expireAfterSeconds: 86_400, perPrincipal: 10_000, minimumBytesPerSecond: 1024, stallSeconds: 60 },
      blob: {},
    },
    gc: { enabled: true, intervalSeconds: 60, leaseSeconds: 86_400, graceSeconds: 7_200 },
    bin: { keepSeconds: 604_800, historySeconds: 7_776_000 },
    scrub: { enabled: true, everyDays: 30, bytesPerSecond: 20_971_520 },
    snapshot: { enabled: true, intervalSeconds: 3_600, keep: 24 },
    layers: {
      index: "background",
      maxEntries: 500_000,
      maxUncompressedBytes: 21_474_836_480,
      timeoutSeconds: 600,
      memoryBytes: 536_870_912,
    },
    limits: { enabled: false, anonymousPlan: "anonymous", defaultPlan: "free", recountSeconds: 3600, plans: {} },
    log: { level: "info", format: "auto", access: true },
    metrics: { enabled: true, host: "127.0.0.1" },
  });
  expect(warnings).toEqual([]);
  expect(origins.size).toBe(0);
  expect(Object.isFrozen(config.http.drain)).toBe(true);
});

describe("precedence", () => {
  const path = file("berth.yml", "http:\n  host: 10.0.0.1\n  port: 1\n  idleTimeoutSeconds: 9\n");
  const environment = { BERTH_HTTP_PORT: "2", BERTH_HTTP_IDLE_TIMEOUT_SECONDS: "8" };

  test("flags, then environment, then file, key by key", () => {
    const { config, origins } = loadConfig({ file: path, environment, flags: { port: "3" } });
    expect(config.http).toMatchObject({ host: "10.0.0.1", port: 3, idleTimeoutSeconds: 8 });
    expect(origins.get("http.host")).toBe(`${path}:2`);
    expect(origins.get("http.port")).toBe("--port");
    expect(origins.get("http.idleTimeoutSeconds")).toBe("BERTH_HTTP_IDLE_TIMEOUT_SECONDS");
  });

  test("BERTH_ comes before REGISTRY_, which comes before the file", () => {
    const registry = { REGISTRY_HTTP_ADDR: ":4" };
    expect(loadConfig({ file: path, environment: registry }).config.http).toMatchObject({ host: "0.0.0.0", port: 4 });
    expect(loadConfig({ file: path, environment: { ...environment, ...registry } }).config.http.port).toBe(2);
  });

  test("BERTH_CONFIG names the file, --config another", () => {
    expect(loadConfig({ environment: { BERTH_CONFIG: path } }).config.http.port).toBe(1);
    const other = file("other.yml", "http: { port: 7 }\n");
    expect(loadConfig({ file: other, environment: { BERTH_CONFIG: path } }).config.http.port).toBe(7);
  });

  test("the data directory moves what lies in it", () => {
    const { config } = loadConfig({ environment: { BERTH_DATA_DIRECTORY: "/a" }, flags: { data: "/b", open: true } });
    expect(config.storage).toMatchObject({ directory: "/b" });
    expect(config.database).toEqual({ driver: "sqlite", path: "/b/berth.db" });
    expect(config.open).toBe(true);
  });

  test("choosing another driver drops what a lower place said to the first", () => {
    const storage = file("storage.yml", "storage:\n  driver: filesystem\n  directory: /x\n  readonly: true\n");
    const { config, warnings } = loadConfig({ file: storage, environment: { BERTH_STORAGE_DRIVER: "memory" } });
    expect(config.storage).toEqual({ driver: "memory", delete: { enabled: true }, readonly: true });
    expect(warnings).toHaveLength(1);
  });
});

describe("environment", () => {
  test("every key has a name of its own", () => {
    const names = listSettings(configSchema).list.map(({ path }) => environmentName(ENVIRONMENT_PREFIX, path));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("BERTH_HTTP_TLS_MINIMUM_VERSION");
    expect(names).toContain("BERTH_OPEN");
  });

  test("values are YAML; text stays as it is; empty is not set", () => {
    const { config } = loadConfig({
      environment: {
        BERTH_HTTP_TRUSTED_PROXIES: "[10.0.0.0/8, '::1']",
        BERTH_HTTP_TLS: "{certificate: a.pem, key: b.pem, minimumVersion: 1.3}",
        BERTH_HTTP_HOST: '"::1"',
        BERTH_DATA_DIRECTORY: "/srv/a: b #1",
        BERTH_STORAGE_MINIMUM_FREE_BYTES: "1GiB",
        BERTH_REGISTRY_BLOB_MAX_BYTES: "1000",
        BERTH_LOG_LEVEL: "",
        BERTH_OPEN: "true",
      },
    });
    expect(config.http.trustedProxies).toEqual(["10.0.0.0/8", "::1"]);
    expect(config.http.tls).toEqual({ certificate: "a.pem", key: "b.pem", minimumVersion: "1.3" });
    expect(config.http.host).toBe("::1");
    expect(config.data.directory).toBe("/srv/a: b #1");
    expect(config.storage).toMatchObject({ minimumFreeBytes: 2 ** 30 });
    expect(config.registry.blob.maxBytes).toBe(1000);
    expect(config.log.level).toBe("info");
    expect(config.open).toBe(true);
  });

  test("one value is a list of one", () => {
    const { config } = loadConfig({ environment: { BERTH_HTTP_TRUSTED_PROXIES: "fd00::/8" } });
    expect(config.http.trustedProxies).toEqual(["fd00::/8"]);
  });

  test.each([
    ["BERTH_SERVICE_HOST", "10.0.0.1"],
    ["BERTH_SERVICE_PORT", "80"],
    ["BERTH_SERVICE_PORT_HTTP", "80"],
    ["BERTH_PORT", "tcp://10.0.0.1:80"],
    ["BERTH_PORT_80_TCP", "tcp://10.0.0.1:80"],
    ["BERTH_PORT_80_TCP_ADDR", "10.0.0.1"],
    ["BERTH_POSTGRESQL_SERVICE_HOST", "10.0.0.1"],
    ["BERTH_METRICS_PORT", "tcp://10.0.0.1:9090"],
    ["BERTH_HTTP_PORT", "tcp://10.0.0.1:80"],
    ["REGISTRY_PORT", "tcp://10.0.0.1:80"],
    ["REGISTRY_AUTH_SERVICE_HOST", "10.0.0.1"],
  ])("what Kubernetes injects is passed over: %s", (name, value) => {
    expect(loadConfig({ environment: { [name]: value } })).toEqual(loadConfig({}));
  });

  test("what an administrator is made from, and the key of sealed secrets, are settings like others", () => {
    const environment = { BERTH_ADMIN_USERNAME: "a", BERTH_ADMIN_PASSWORD: "p", BERTH_SECRET_KEY_FILE: "/k" };
    const { config } = loadConfig({ environment });
    expect(config.admin).toEqual({ username: "a", password: new Secret("p") });
    expect(config.admin.password?.reveal()).toBe("p");
    expect(config.secretKeyFile).toBe("/k");
  });

  test.each([
    ["BERTH_PORT", "BERTH_HTTP_PORT"],
    ["BERTH_HTPP_PORT", "BERTH_HTTP_PORT"],
    ["BERTH_LOG_LEVL", "BERTH_LOG_LEVEL"],
    ["BERTH_DATA_DIR", "BERTH_DATA_DIRECTORY"],
    ["BERTH_DATABASE_URLFILE", "BERTH_DATABASE_URL"],
  ])("an unknown name is a problem with a suggestion: %s", (name, suggestion) => {
    const problems = problemsOf({ environment: { [name]: "5000" } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ key: name, problem: expect.stringContaining(`did you mean ${suggestion}`) });
  });
});

describe("secrets", () => {
  const environment = { BERTH_DATABASE_DRIVER: "postgres" };

  test("are only shown on demand", () => {
    const { config } = loadConfig({ environment: { ...environment, BERTH_DATABASE_URL: "postgres://u:p#w@h/d" } });
    if (config.database.driver !== "postgres") throw new Error("wrong driver");
    expect(config.database.url.reveal()).toBe("postgres://u:p#w@h/d");
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), String(config.database.url)]) {
      expect(text).toContain("***");
      expect(text).not.toContain("p#w");
    }
  });

  test("may come from a file, which a higher place can override", () => {
    const path = file("secret", "postgres://from-file\n");
    const yml = file("pg.yml", `database:\n  driver: postgres\n  urlFile: ${path}\n`);
    const fromFile = loadConfig({ file: yml }).config.database;
    const fromVariable = loadConfig({ file: yml, environment: { BERTH_DATABASE_URL: "postgres://direct" } }).config
      .database;
    const urls = [fromFile, fromVariable].map((it) => (it.driver === "postgres" ? it.url.reveal() : ""));
    expect(urls).toEqual(["postgres://from-file", "postgres://direct"]);
  });

  test("never appear in an error", () => {
    const yml = file("bad.yml", "database:\n  driver: postgres\n  url: [hush]\n");
    const [problem] = problemsOf({ file: yml });
    expect(problem).toMatchObject({ key: "database.url", value: "***" });
    const missing = problemsOf({ environment: { ...environment, BERTH_DATABASE_URL_FILE: join(directory, "none") } });
    expect(missing[0]).toMatchObject({ key: "database.urlFile", problem: expect.stringContaining("cannot be read") });
    const both = { ...environment, BERTH_DATABASE_URL: "a", BERTH_DATABASE_URL_FILE: file("s", "b") };
    expect(problemsOf({ environment: both })[0]).toMatchObject({ problem: expect.stringContaining("not both") });
  });
});

describe("errors", () => {
  test("name key, value, what is allowed and the origin, all at once", () => {
    const yml = file(
      "wrong.yml",
      "http:\n  port: 70000\n  trustedProxies:\n    - 10.0.0.0/8\n    - nonsense\nlog:\n  levl: info\n",
    );
    const problems = problemsOf({
      file: yml,
      environment: { BERTH_LOG_FORMAT: "xml", BERTH_OPEN: "yes" },
      flags: { host: "" },
    });
    const byKey = new Map(problems.map((it) => [it.key, it]));
    expect(byKey.get("http.port")).toMatchObject({
      value: "70000",
      origin: `${yml}:2`,
      problem: expect.stringContaining("65535"),
    });
    expect(byKey.get("http.trustedProxies.1")).toMatchObject({ value: '"nonsense"', origin: `${yml}:3` });
    expect(byKey.get("log.levl")).toMatchObject({ problem: expect.stringContaining("log.level"), origin: `${yml}:7` });
    expect(byKey.get("log.format")).toMatchObject({
      origin: "BERTH_LOG_FORMAT",
      problem: expect.stringContaining('"json"'),
    });
    expect(byKey.get("open")).toMatchObject({ value: '"yes"', origin: "BERTH_OPEN" });
    expect(byKey.get("http.host")).toMatchObject({ origin: "--host" });
    expect(problems).toHaveLength(6);
  });

  test.each([
    ["http: [1", "configuration file", ":1:"],
    ["a: 1\na: 2", "configuration file", ":2:"],
    ["- a", "configuration file", ":1"],
    ["http:\n  tls:\n    certificate: a.pem", "http.tls.key", ":3"],
    ["http: 5", "http", ":1"],
    ["storage:\n  driver: s4", "storage.driver", ":2"],
    ["database:\n  url: postgres://h", "database.url", ":2"],
    ["registry:\n  manifest:\n    maxBytes: 1MiB", "registry.manifest.maxBytes", ":3"],
    ["http:\n  publicUrl: https://h/path", "http.publicUrl", ":2"],
    ["__proto__:\n  open: true", "__proto__", ":"],
  ])("%j", (text, key, line) => {
    const path = file("case.yml", text);
    const [problem] = problemsOf({ file: path });
    expect(problem?.key).toBe(key);
    expect(problem?.origin).toStartWith(`${path}${line}`);
  });

  test("a file that is not there", () => {
    expect(problemsOf({ file: join(directory, "none.yml") })[0]?.problem).toContain("ENOENT");
  });
});
