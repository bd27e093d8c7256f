import { describe, expect, test } from "bun:test";
import { buildSteps } from "./history.ts";
import { readImageConfig } from "./image-config.ts";
import { isAuxiliary, kindOf } from "./kind.ts";
import { notesIn, readObject } from "./loose.ts";
import { platformOf } from "./platform.ts";

const encoder = new TextEncoder();
const HOSTILE: unknown[] = [
  null,
  true,
  7,
  -1e308,
  "",
  "text",
  "\u0000<script>alert(1)</script>",
  [],
  [null, 1, "a", { a: 1 }, [["x"]]],
  {},
  { "": "", constructor: 1, toString: "x" },
  { os: { os: 1 }, Env: { PATH: 1 } },
  "x".repeat(10_000),
];

describe("hostile documents", () => {
  test("every wrong type is missing, nothing throws", () => {
    const keys = ["created", "author", "os", "architecture", "variant", "os.version", "history", "config", "rootfs"];
    const inner = [
      "User",
      "WorkingDir",
      "Entrypoint",
      "Cmd",
      "Shell",
      "Env",
      "ExposedPorts",
      "Volumes",
      "Labels",
      "StopSignal",
      "Healthcheck",
    ];
    for (const value of HOSTILE) {
      const document = Object.fromEntries(keys.map((key) => [key, value])) as never;
      const nested = {
        config: Object.fromEntries(inner.map((key) => [key, value])),
        history: [value, { created_by: value, empty_layer: value }],
      } as never;
      for (const each of [document, nested]) {
        const config = readImageConfig(each);
        expect(config.entrypoint === null || config.entrypoint.every((it) => typeof it === "string")).toBe(true);
        expect(JSON.stringify(config).length).toBeLessThan(200_000);
        expect(Array.isArray(buildSteps(each, [{ sizeBytes: 1 }]))).toBe(true);
        platformOf(each);
      }
    }
  });

  test("what is no object is none: bad UTF-8, depth, cut, other types", () => {
    for (const text of ["", "{", "[]", "1", '"x"', "[".repeat(200_000), `{"a":`.repeat(200_000)]) {
      expect(readObject(encoder.encode(text))).toBeNull();
    }
    expect(readObject(new Uint8Array([0x7b, 0xff, 0x7d]))).toBeNull();
  });

  test("names of every object's own members are only names", () => {
    const object = readObject(
      encoder.encode('{"__proto__":"a","constructor":"b","hasOwnProperty":"c","x":{"toString":1}}'),
    );
    expect(notesIn(object).map((it) => it.name)).toEqual(["__proto__", "constructor", "hasOwnProperty"]);
    expect(readImageConfig(readObject(encoder.encode('{"config":{}}'))!).user).toBeNull();
  });

  test("notes are bounded in number and length", () => {
    const many = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`k${index}`.repeat(100), "v".repeat(9_000)]),
    );
    const notes = notesIn(many);
    expect(notes).toHaveLength(200);
    expect(Math.max(...notes.map((it) => it.value.length))).toBe(4_096);
    expect(Math.max(...notes.map((it) => it.name.length))).toBe(256);
  });
});

describe("configuration", () => {
  test("of a real image", () => {
    const config = readImageConfig({
      created: "2026-01-01T00:00:00Z",
      os: "linux",
      architecture: "arm64",
      variant: "v8",
      config: {
        User: "65532",
        Env: ["PATH=/bin:/usr/bin", "EMPTY=", "BARE", "A=b=c"],
        Entrypoint: ["/app"],
        Cmd: null,
        WorkingDir: "/srv",
        ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
        Volumes: { "/data": {} },
        Labels: { b: "2", a: "1", bad: 3 },
        StopSignal: "SIGINT",
        Healthcheck: { Test: ["CMD", "true"], Interval: 30e9, Timeout: 0, Retries: 3 },
      },
    });
    expect(config.env).toEqual([
      { name: "PATH", value: "/bin:/usr/bin" },
      { name: "EMPTY", value: "" },
      { name: "BARE", value: "" },
      { name: "A", value: "b=c" },
    ]);
    expect([config.entrypoint, config.cmd, config.ports, config.volumes]).toEqual([
      ["/app"],
      null,
      ["53/udp", "8080/tcp"],
      ["/data"],
    ]);
    expect(config.labels).toEqual([
      { name: "a", value: "1" },
      { name: "b", value: "2" },
    ]);
    expect(config.healthcheck).toEqual({
      test: ["CMD", "true"],
      intervalSeconds: 30,
      timeoutSeconds: null,
      startPeriodSeconds: null,
      retries: 3,
    });
  });

  test("history joins the layers in order; empty ones add nothing", () => {
    const layers = [{ sizeBytes: 10 }, { sizeBytes: 20 }, { sizeBytes: 30 }];
    const history = [{ created_by: "ADD" }, { created_by: "ENV", empty_layer: true }, { created_by: "RUN" }];
    const steps = buildSteps({ history }, layers);
    expect(steps.map((it) => [it.createdBy, it.sizeBytes, it.layer])).toEqual([
      ["ADD", 10, 0],
      ["ENV", 0, null],
      ["RUN", 20, 1],
      [null, 30, 2],
    ]);
    expect(buildSteps({ history }, []).map((it) => it.layer)).toEqual([null, null, null]);
    expect(buildSteps(null, layers)).toHaveLength(3);
  });
});

test("kinds by media types", () => {
  const image = "application/vnd.oci.image.manifest.v1+json";
  const of = (
    artifactType: string | null,
    layerTypes: string[] = [],
    annotations: Record<string, string> | null = null,
  ) => kindOf({ mediaType: image, artifactType, layerTypes, annotations });
  const config = "application/vnd.oci.image.config.v1+json";
  expect(of(config, ["application/vnd.oci.image.layer.v1.tar+gzip"])).toBe("image");
  expect(of("application/vnd.docker.container.image.v1+json")).toBe("image");
  expect(of("application/vnd.cncf.helm.config.v1+json")).toBe("helm-chart");
  expect(of("application/vnd.docker.compose.project")).toBe("compose");
  expect(of("application/vnd.wasm.config.v0+json")).toBe("wasm");
  expect(of("application/vnd.cncf.notary.signature")).toBe("signature");
  expect(of(config, ["application/vnd.dev.cosign.simplesigning.v1+json"])).toBe("signature");
  expect(of(config, ["text/spdx+json"])).toBe("sbom");
  expect(of("application/vnd.cyclonedx+json")).toBe("sbom");
  expect(of(config, ["application/vnd.in-toto+json"])).toBe("attestation");
  const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
  expect(of(bundle)).toBe("attestation");
  expect(of(bundle, [], { "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1" })).toBe(
    "signature",
  );
  expect(of("application/vnd.example.thing")).toBe("artifact");
  expect(of(null)).toBe("artifact");
  const index = "application/vnd.oci.image.index.v1+json";
  expect(kindOf({ mediaType: index, artifactType: null, layerTypes: [], annotations: null })).toBe("index");
  const hex = "a".repeat(64);
  expect(
    [`sha256-${hex}`, `sha256-${hex}.sig`, `sha256-${hex}.sbom`, `sha512-${hex}${hex}.att`].every(isAuxiliary),
  ).toBe(true);
  expect([`sha256-${hex}.exe`, "v1", `x-sha256-${hex}`, `sha256-${hex}a`].some(isAuxiliary)).toBe(false);
});
