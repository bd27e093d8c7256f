// Images and artifacts with something to see on each side of their pages: layers that change, hide and remove, names that
// mean harm, platforms, what belongs to them, a chart, a Compose file.

import { digestOf } from "./stored.ts";
import { tarOf, type TarEntry } from "./tars.ts";

type Blob = { mediaType: string; digest: string; size: number };

/** As `pusherOf` gives it. */
export interface Pusher {
  pushBlob(repository: string, bytes: Uint8Array, mediaType: string): Promise<Blob>;
  pushManifest(repository: string, reference: string, manifest: { mediaType: string }): Promise<Blob>;
}

const OCI = "application/vnd.oci.image";
const EMPTY = "application/vnd.oci.empty.v1+json";

/** Each of them is shown as what it is, or does harm. */
export const HOSTILE_NAMES = {
  turned: "photo\u202egpj.exe",
  markup: '<img src=x onerror="alert(1)">.txt',
  bell: "ring\u0007bell\u001b[31m",
  spaces: "  two  spaces ",
};

export const SECRET_TEXT = "old secret, gone in the next layer\n";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const jsonOf = (value: unknown) => bytesOf(JSON.stringify(value));

/** Not random, so that digests are the same each time; nor text. */
const noise = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, at) => ((at * 2_654_435_761 + seed * 97) >>> 7) & 0xff);

const BASE: TarEntry[] = [
  { name: "etc/", type: "5", mode: 0o755 },
  { name: "etc/os-release", content: 'NAME="Harbour Linux"\nVERSION="7"\n' },
  { name: "etc/secret.txt", content: SECRET_TEXT, mode: 0o600 },
  { name: "bin/", type: "5", mode: 0o755 },
  { name: "bin/busybox", content: noise(60_000, 1), mode: 0o755 },
  { name: "bin/sh", type: "2", link: "busybox", mode: 0o777 },
  { name: "bin/su", content: noise(9_000, 2), mode: 0o4755 },
  { name: "tmp/", type: "5", mode: 0o1777 },
  { name: "odd/", type: "5", mode: 0o755 },
  ...Object.values(HOSTILE_NAMES).map((name) => ({ name: `odd/${name}`, content: `${name}\n` })),
];

const configText = (port: number, extra = "") => `# where it listens\nport: ${port}\nlevel: info\n${extra}`;

function appLayer(version: string): TarEntry[] {
  const isNew = version !== "1.0";
  return [
    { name: "app/", type: "5", mode: 0o755, uid: 1000, gid: 1000 },
    { name: "app/main.js", content: `console.log("shop ${version}");\n`, mode: 0o755, uid: 1000, gid: 1000 },
    { name: "app/config.yml", content: configText(isNew ? 9090 : 8080, isNew ? "cache: true\n" : ""), uid: 1000 },
    ...(isNew
      ? [{ name: "app/new.js", content: "export const fresh = true;\n" }]
      : [{ name: "app/old.js", content: "// old\n" }]),
  ];
}

const CLEANING: TarEntry[] = [
  { name: "etc/.wh.secret.txt" },
  { name: "etc/os-release", content: 'NAME="Harbour Linux"\nVERSION="7.1"\n' },
];

interface ImageOptions {
  version: string;
  architecture?: string;
  variant?: string;
}

/** Three layers: a base, the application, and one that removes a file and changes another. */
async function pushShop(pusher: Pusher, repository: string, reference: string, options: ImageOptions): Promise<Blob> {
  const { version, architecture = "amd64", variant } = options;
  const tars = [BASE, appLayer(version), CLEANING].map((entries) => tarOf(entries));
  const layers = [];
  for (const tar of tars) layers.push(await pusher.pushBlob(repository, Bun.gzipSync(tar), `${OCI}.layer.v1.tar+gzip`));
  const isNew = version !== "1.0";
  const config = jsonOf({
    architecture,
    ...(variant === undefined ? {} : { variant }),
    os: "linux",
    created: "2026-05-01T12:00:00Z",
    author: "Ada <ada@example.test>",
    config: {
      User: "1000:1000",
      Env: [
        "PATH=/usr/local/bin:/usr/bin:/bin",
        `PORT=${isNew ? 9090 : 8080}`,
        ...(isNew ? ["CACHE=on"] : ["DEBUG=1"]),
      ],
      Entrypoint: ["node", "--enable-source-maps"],
      Cmd: ["/app/main.js"],
      WorkingDir: "/app",
      ExposedPorts: { [`${isNew ? 9090 : 8080}/tcp`]: {} },
      Volumes: { "/data": {} },
      StopSignal: "SIGTERM",
      Healthcheck: { Test: ["CMD", "wget", "-q", "localhost"], Interval: 30e9, Retries: 3 },
      Labels: {
        "org.opencontainers.image.source": "https://example.test/acme/shop",
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": "Apache-2.0",
        "test.script": "<script>alert(1)</script>",
        "test.link": "javascript:alert(1)",
        "test.turned": HOSTILE_NAMES.turned,
      },
    },
    rootfs: { type: "layers", diff_ids: tars.map((it) => digestOf(it)) },
    history: [
      { created: "2026-04-01T12:00:00Z", created_by: "/bin/sh -c #(nop) ADD file:4b1d2f in / " },
      { created: "2026-04-01T12:00:00Z", created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true },
      { created: "2026-05-01T11:58:00Z", created_by: "ENV PORT=8080 # buildkit", empty_layer: true },
      { created: "2026-05-01T11:59:00Z", created_by: "COPY app /app # buildkit" },
      {
        created: "2026-05-01T12:00:00Z",
        created_by: `RUN /bin/sh -c set -eux;\n\trm /etc/secret.txt;\n\tsed -i s/7/7.1/ /etc/os-release;\n${"\techo cleaning up what nobody needs any more;\n".repeat(6)} # buildkit`,
      },
      { created: "2026-05-01T12:00:00Z", created_by: 'CMD ["/app/main.js"]', empty_layer: true },
    ],
  });
  return await pusher.pushManifest(repository, reference, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: await pusher.pushBlob(repository, config, `${OCI}.config.v1+json`),
    layers,
    annotations: { "org.opencontainers.image.revision": "4f2c1e0" },
  } as { mediaType: string });
}

interface ArtifactOptions {
  reference?: string;
  artifactType?: string;
  config?: { mediaType: string; bytes: Uint8Array };
  files: readonly { title: string; mediaType: string; bytes: Uint8Array }[];
  subject?: Blob;
  annotations?: Record<string, string>;
}

async function pushArtifact(pusher: Pusher, repository: string, options: ArtifactOptions): Promise<Blob> {
  const { artifactType, subject, annotations } = options;
  const layers = [];
  for (const { title, mediaType, bytes } of options.files) {
    const blob = await pusher.pushBlob(repository, bytes, mediaType);
    layers.push({ ...blob, annotations: { "org.opencontainers.image.title": title } });
  }
  const config = options.config ?? { mediaType: EMPTY, bytes: bytesOf("{}") };
  const manifest = {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: await pusher.pushBlob(repository, config.bytes, config.mediaType),
    layers,
    ...(subject === undefined ? {} : { subject }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const reference = options.reference ?? digestOf(jsonOf(manifest));
  return await pusher.pushManifest(repository, reference, manifest);
}

/**
 * `acme/shop` with the tags 1.0, 1.1 and multi (linux/amd64, linux/arm64/v8 and an attestation), and what belongs to 1.1: an
 * SBOM that is signed, and a signature.
 */
export async function pushShops(pusher: Pusher, repository = "acme/shop"): Promise<void> {
  await pushShop(pusher, repository, "1.0", { version: "1.0" });
  const shop = await pushShop(pusher, repository, "1.1", { version: "1.1" });
  const arm = await pushShop(pusher, repository, "1.1-arm64", { version: "1.1", architecture: "arm64", variant: "v8" });
  const attestation = await pushArtifact(pusher, repository, {
    config: { mediaType: `${OCI}.config.v1+json`, bytes: jsonOf({ architecture: "unknown", os: "unknown" }) },
    files: [{ title: "provenance", mediaType: "application/vnd.in-toto+json", bytes: jsonOf({ _type: "statement" }) }],
  });
  await pusher.pushManifest(repository, "multi", {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [
      { ...shop, platform: { os: "linux", architecture: "amd64" } },
      { ...arm, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
      {
        ...attestation,
        platform: { os: "unknown", architecture: "unknown" },
        annotations: {
          "vnd.docker.reference.type": "attestation-manifest",
          "vnd.docker.reference.digest": shop.digest,
        },
      },
    ],
  } as { mediaType: string });
  const signs = "application/vnd.dev.cosign.artifact.sig.v1+json";
  const signature = (subject: Blob) =>
    pushArtifact(pusher, repository, {
      artifactType: signs,
      files: [
        {
          title: "signature",
          mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
          bytes: jsonOf({ of: subject.digest }),
        },
      ],
      subject,
    });
  const sbom = await pushArtifact(pusher, repository, {
    artifactType: "application/spdx+json",
    files: [
      { title: "sbom.spdx.json", mediaType: "application/spdx+json", bytes: jsonOf({ spdxVersion: "SPDX-2.3" }) },
    ],
    subject: shop,
    annotations: { "org.opencontainers.image.created": "2026-05-01T12:00:00Z" },
  });
  await signature(sbom);
  await signature(shop);
}

export const VALUES_YAML = "replicas: 2\nimage:\n  tag: v1\n";

/** `acme/charts/hello` 1.2.3, as `helm push` pushes it. */
export async function pushChart(pusher: Pusher, repository = "acme/charts/hello"): Promise<void> {
  const chart = {
    apiVersion: "v2",
    name: "hello",
    version: "1.2.3",
    appVersion: "7.1",
    description: "Greets whoever comes by.",
    home: "https://example.test/hello",
    sources: ["https://example.test/hello.git"],
    keywords: ["greeting"],
    maintainers: [{ name: "Ada", email: "ada@example.test" }],
    dependencies: [
      {
        name: "common",
        version: "2.x.x",
        repository: "oci://registry.example.test/charts",
        condition: "common.enabled",
      },
    ],
  };
  const tar = tarOf([
    { name: "hello/Chart.yaml", content: JSON.stringify(chart, null, 2) },
    { name: "hello/values.yaml", content: VALUES_YAML },
    { name: "hello/README.md", content: "# hello\n\nInstall it, then **wave**. <script>alert(1)</script>\n" },
    {
      name: "hello/templates/deployment.yaml",
      content: "kind: Deployment\nspec:\n  replicas: {{ .Values.replicas }}\n",
    },
    { name: "hello/templates/NOTES.txt", content: "It waves.\n" },
  ]);
  await pushArtifact(pusher, repository, {
    reference: "1.2.3",
    config: { mediaType: "application/vnd.cncf.helm.config.v1+json", bytes: jsonOf(chart) },
    files: [
      {
        title: "hello-1.2.3.tgz",
        mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        bytes: Bun.gzipSync(tar),
      },
    ],
  });
}

/** `acme/stack:v1`, a Compose file, and `acme/model:v1`, of a type that nothing knows. */
export async function pushOddities(pusher: Pusher): Promise<void> {
  await pushArtifact(pusher, "acme/stack", {
    reference: "v1",
    artifactType: "application/vnd.docker.compose.project",
    files: [
      {
        title: "compose.yaml",
        mediaType: "application/vnd.docker.compose.file+yaml",
        bytes: bytesOf("services:\n  web:\n    image: acme/shop:1.1\n"),
      },
    ],
  });
  await pushArtifact(pusher, "acme/model", {
    reference: "v1",
    artifactType: "application/vnd.acme.model",
    files: [
      { title: "weights.bin", mediaType: "application/octet-stream", bytes: noise(20_000, 3) },
      { title: "README.md", mediaType: "text/markdown", bytes: bytesOf("# A model\n\n<b>not bold</b>\n") },
    ],
    annotations: { "org.opencontainers.image.url": "https://example.test/model", "test.odd": "javascript:alert(1)" },
  });
}
