/** registry:2's own file and variables. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigSources, loadConfig } from "./config.ts";
import { ConfigError } from "./lib/config-layers.ts";
import { parseAddress, parseDurationSeconds } from "./registry2-values.ts";

const directory = mkdtempSync(join(tmpdir(), "berth-registry2-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, "config.yml");
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

/** /etc/docker/registry/config.yml of Debian's package docker-registry. */
const DEBIAN = `version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/docker-registry
  delete:
    enabled: true
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
auth:
  htpasswd:
    realm: basic-realm
    path: /etc/docker/registry
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
`;
const WITHOUT_AUTH = DEBIAN.replace(/auth:\n( .*\n)+/, "");

describe("Debian's file", () => {
  test("lets the users of its htpasswd file push and pull everything, and nobody else anything", () => {
    const path = file(DEBIAN);
    const { config, warnings, origins } = loadConfig({ file: path });
    expect(config.auth).toMatchObject({ public: false, htpasswd: { file: "/etc/docker/registry", role: "write" } });
    expect(config.open).toBe(false);
    expect(origins.get("auth.public")).toBe(`${path}:19, auth.htpasswd.path`);
    expect(warnings.filter((it) => it.startsWith("auth."))).toEqual([
      `auth.htpasswd.realm (${path}:18) is ignored: the realm that clients are told is Berth`,
    ]);
  });

  test.each([
    ["nothing", "  htpasswd:\n", "auth.htpasswd", "needs path"],
    ["an empty group", "  htpasswd: {}\n", "auth.htpasswd", "needs path"],
    ["a realm alone", "  htpasswd:\n    realm: r\n", "auth.htpasswd", "needs path"],
    ["an empty path", '  htpasswd:\n    realm: r\n    path: ""\n', "auth.htpasswd.path", "expected the path"],
    ["a path that is null", "  htpasswd:\n    path:\n", "auth.htpasswd.path", "expected the path"],
    ["text", "  htpasswd: yes\n", "auth.htpasswd", "anyone could push and pull"],
    ["another kind besides", "  htpasswd:\n    path: /p\n  token:\n    realm: r\n", "auth.token", "anyone could"],
    ["a kind that there is not", "  ldap:\n    url: u\n", "auth.ldap", "anyone could push and pull"],
  ])("stops the start when its auth is %s", (_, auth, key, problem) => {
    const path = file(`${WITHOUT_AUTH}auth:\n${auth}`);
    expect(problemsOf({ file: path })).toMatchObject([{ key, problem: expect.stringContaining(problem) }]);
  });

  test("without auth it works, and names what is ignored", () => {
    const path = file(WITHOUT_AUTH);
    const { config, warnings, origins } = loadConfig({ file: path });
    expect(config.http).toMatchObject({ host: "0.0.0.0", port: 5000 });
    expect(config.open).toBe(false);
    expect(config.data.directory).toBe("/var/lib/docker-registry");
    expect(config.storage).toMatchObject({
      driver: "filesystem",
      directory: "/var/lib/docker-registry",
      delete: { enabled: true },
    });
    expect(config.database).toMatchObject({ path: "/var/lib/docker-registry/berth.db" });
    expect(origins.get("http.port")).toBe(`${path}:13, http.addr`);
    expect(warnings.map((it) => it.split(" ")[0])).toEqual([
      "log.fields.service",
      "storage.cache.blobdescriptor",
      "http.headers.X-Content-Type-Options",
      "health.storagedriver.enabled",
      "health.storagedriver.interval",
      "health.storagedriver.threshold",
    ]);
  });

  test("variables override it, and REGISTRY_AUTH=none is no authentication", () => {
    const environment = {
      REGISTRY_AUTH: "none",
      REGISTRY_HTTP_ADDR: "localhost:5443",
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: "/r",
      BERTH_DATA_DIRECTORY: "/b",
    };
    const { config } = loadConfig({ file: file(DEBIAN), environment });
    expect(config.http).toMatchObject({ host: "localhost", port: 5443 });
    expect(config.data.directory).toBe("/b");
  });
});

test("every key with a counterpart", () => {
  const { config, warnings } = loadConfig({
    file: file(`version: "0.1"
log: { level: warning, formatter: logstash, accesslog: { disabled: true } }
storage:
  inmemory:
  maintenance:
    readonly: { enabled: true }
    uploadpurging: { enabled: true, age: 168h, interval: 24h, dryrun: false }
http:
  addr: "[::1]:0"
  host: https://registry.example.com
  secret: asecret
  draintimeout: 1m30s
  tls: { certificate: /c.pem, key: /k.pem, minimumtls: tls1.0, clientcas: [], letsencrypt: { cachefile: "", email: "" } }
  debug: { addr: ":5001", prometheus: { enabled: true, path: /metrics } }
auth: {}
`),
  });
  expect(config.log).toEqual({ level: "warn", format: "json", access: false });
  expect(config.storage).toEqual({ driver: "memory", delete: { enabled: false }, readonly: true });
  expect(config.registry.uploads.expireAfterSeconds).toBe(604_800);
  expect(config.http).toMatchObject({ host: "::1", port: 0, publicUrl: "https://registry.example.com" });
  expect(config.http.drain.timeoutSeconds).toBe(90);
  expect(config.http.tls).toEqual({ certificate: "/c.pem", key: "/k.pem", minimumVersion: "1.2" });
  expect(config.metrics).toEqual({ enabled: true, host: "0.0.0.0", port: 5001 });
  const named = [
    "log.formatter",
    "uploadpurging.interval",
    "uploadpurging.dryrun",
    "http.tls.minimumtls",
    "storage.driver",
  ];
  for (const name of named) expect(warnings.filter((it) => it.includes(name))).toHaveLength(1);
  expect(warnings).toHaveLength(named.length);
});

test("variables work without a file", () => {
  const { config, warnings } = loadConfig({
    environment: {
      REGISTRY_HTTP_ADDR: "0.0.0.0:443",
      REGISTRY_HTTP_TLS_CERTIFICATE: "/certs/domain.crt",
      REGISTRY_HTTP_TLS_KEY: "/certs/domain.key",
      REGISTRY_STORAGE_DELETE_ENABLED: "false",
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: "/r",
      REGISTRY_LOG_LEVEL: "debug",
      REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING: "{enabled: false, age: 1h}",
      REGISTRY_CATALOG_MAXENTRIES: "5",
    },
  });
  expect(config.http).toMatchObject({ host: "0.0.0.0", port: 443, tls: { certificate: "/certs/domain.crt" } });
  expect(config.storage).toMatchObject({ delete: { enabled: false }, directory: "/r" });
  expect(config.log.level).toBe("debug");
  expect(config.registry.uploads.expireAfterSeconds).toBeGreaterThan(10 ** 9);
  expect(warnings).toEqual([
    "REGISTRY_CATALOG_MAXENTRIES has no counterpart here and is ignored",
    expect.stringContaining("REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING"),
  ]);
});

test("htpasswd by variables", () => {
  const REGISTRY_AUTH_HTPASSWD_REALM = "Registry Realm";
  const { config, warnings } = loadConfig({
    environment: {
      REGISTRY_AUTH: "htpasswd",
      REGISTRY_AUTH_HTPASSWD_REALM,
      REGISTRY_AUTH_HTPASSWD_PATH: "/auth/htpasswd",
    },
  });
  expect(config.auth).toMatchObject({ public: false, htpasswd: { file: "/auth/htpasswd", role: "write" } });
  expect(warnings).toHaveLength(1);
});

test("the storage that registry:2 means when it names no directory", () => {
  expect(loadConfig({ environment: { REGISTRY_STORAGE: "filesystem" } }).config.data.directory).toBe(
    "/var/lib/registry",
  );
  expect(loadConfig({ file: file("version: 0.1\nstorage:\n  filesystem:\n") }).config.data.directory).toBe(
    "/var/lib/registry",
  );
  expect(
    loadConfig({ file: file(WITHOUT_AUTH), environment: { REGISTRY_STORAGE: "inmemory" } }).config.storage.driver,
  ).toBe("memory");
});

describe("what cannot be left out stops the start", () => {
  test.each([
    ["auth.htpasswd", { REGISTRY_AUTH: "htpasswd" }],
    ["auth.htpasswd", { REGISTRY_AUTH: "htpasswd", REGISTRY_AUTH_HTPASSWD_REALM: "Registry Realm" }],
    ["auth.htpasswd", { REGISTRY_AUTH_HTPASSWD_REALM: "Registry Realm" }],
    ["auth.silly", { REGISTRY_AUTH: "silly" }],
    ["auth.token", { REGISTRY_AUTH: "token", REGISTRY_AUTH_HTPASSWD_PATH: "/p" }],
    ["auth.token", { REGISTRY_AUTH_TOKEN_REALM: "https://a" }],
    ["http.tls.clientcas", { REGISTRY_HTTP_TLS_CLIENTCAS: "[/ca.pem]" }],
    ["proxy.remoteurl", { REGISTRY_PROXY_REMOTEURL: "https://registry-1.docker.io" }],
    ["storage.s3", { REGISTRY_STORAGE_S3_BUCKET: "b", REGISTRY_STORAGE_S3_REGION: "r" }],
    ["storage.gcs", { REGISTRY_STORAGE: "gcs" }],
    ["http.net", { REGISTRY_HTTP_NET: "unix" }],
    ["http.addr", { REGISTRY_HTTP_ADDR: "nonsense" }],
    ["storage.delete.enabled", { REGISTRY_STORAGE_DELETE_ENABLED: "maybe" }],
    ["http.draintimeout", { REGISTRY_HTTP_DRAINTIMEOUT: "soon" }],
    ["log.level", { REGISTRY_LOG_LEVEL: "loud" }],
  ])("%s", (key, environment: Record<string, string>) => {
    const problems = problemsOf({ environment });
    expect(problems.map((it) => it.key)).toEqual([key]);
    expect(problems[0]?.origin).toStartWith("REGISTRY_");
  });
});

test("addresses", () => {
  expect(parseAddress(":5000")).toEqual({ host: "0.0.0.0", port: 5000 });
  expect(parseAddress("[::]:5000")).toEqual({ host: "::", port: 5000 });
  for (const wrong of ["5000", ":http", "a:b:1", ":70000", "/run/registry.sock", ""])
    expect(parseAddress(wrong)).toBeNull();
});

test("durations", () => {
  expect(["1h30m", "500ms", "0", "1.5s", 6e10].map(parseDurationSeconds)).toEqual([5400, 1, 0, 2, 60]);
  expect(["", "5", "1d", "-1s", "s"].map(parseDurationSeconds)).toEqual([null, null, null, null, null]);
});

test("the variable with which podman and skopeo find their logins is none of registry:2's", () => {
  expect(loadConfig({ environment: { REGISTRY_AUTH_FILE: "/root/auth.json" } })).toEqual(loadConfig({}));
});
