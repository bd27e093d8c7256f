// `npm run pages`, and `npm ci` by itself: the web pages, from web/ into one file, dist/pages.pack,
// with everything that is text compressed beforehand. The server reads the file; the single executable carries it inside.
//   npm run pages -- --if-possible    says why and goes on where what builds them is not installed (`npm ci --omit=dev`)

import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { PACK_MAGIC, type PackEntry } from "../src/pages/pack.ts";

const ROOT = resolve(import.meta.dir, "..");
export const PACK_PATH = join(ROOT, "dist/pages.pack");

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

export async function buildPages(): Promise<void> {
  const { build } = await import("vite");
  // Whatever this process is for, a test say: React's own development would go out otherwise, half as large again.
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  await mkdir(join(ROOT, "dist"), { recursive: true });
  // A place of its own: two builds at once do not take each other's files away.
  const dist = await mkdtemp(join(ROOT, "dist/web-"));
  try {
    await build({ configFile: join(ROOT, "web/vite.config.ts"), logLevel: "warn", build: { outDir: dist } });
    await pack(dist);
  } finally {
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
    await rm(dist, { recursive: true, force: true });
  }
}

async function pack(dist: string): Promise<void> {
  const paths = [...new Bun.Glob("**/*").scanSync({ cwd: dist })].sort();
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const place = (bytes: Uint8Array) => {
    chunks.push(bytes);
    offset += bytes.length;
    return { offset: offset - bytes.length, length: bytes.length };
  };
  const entries: PackEntry[] = [];
  for (const path of paths) {
    const bytes = await Bun.file(join(dist, path)).bytes();
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1)];
    if (type === undefined) throw new Error(`${path}: nothing is known of files of this kind; add it to TYPES`);
    entries.push({
      path: `/${path}`,
      type,
      version: new Bun.CryptoHasher("sha256").update(bytes).digest("base64url").slice(0, 22),
      plain: place(bytes),
      gzip: place(gzipSync(bytes, { level: 9 })),
      br: place(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })),
    });
  }
  const header = Buffer.from(JSON.stringify(entries));
  const magic = Buffer.from(`${PACK_MAGIC}${String(header.length).padStart(10, "0")}\n`);
  // Renamed into place: a server that starts meanwhile reads the old one or the new one.
  const written = join(dist, "pages.pack");
  await Bun.write(written, Buffer.concat([magic, header, ...chunks]));
  await rename(written, PACK_PATH);
  const script = entries.filter(({ path }) => path.endsWith(".js")).reduce((sum, { br }) => sum + br.length, 0);
  console.log(`dist/pages.pack: ${entries.length} files, ${(script / 1e3).toFixed(0)} kB of compressed script in all`);
}

if (import.meta.main) {
  const isOptional = process.argv.includes("--if-possible");
  if (isOptional && !(await Bun.file(join(ROOT, "node_modules/vite/package.json")).exists())) {
    console.log("the web pages were not built, as development packages are not installed; the registry works without");
  } else {
    await buildPages();
  }
}
