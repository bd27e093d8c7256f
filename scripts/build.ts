// `npm run build`: the server as one executable in dist/berth, and in dist/image what a container image of it holds.
//   npm run build -- [--target bun-linux-arm64 | bun-linux-x64-musl | …] [--outfile FILE]
// The program for another target than this machine's comes from the npm registry.
// Every file named *-worker.ts is an entry point: a thread starts from a path, which the bundler cannot follow.
// The executable must never be stripped: what follows the ELF sections is the program, and without it Bun is left.

import { chmod, copyFile, link, mkdir, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildPages, PACK_PATH } from "./build-pages.ts";

const ROOT = resolve(import.meta.dir, "..");

export interface BuildOptions {
  outfile: string;
  /** This machine's unless given. */
  target?: Bun.Build.CompileTarget;
}

/** Compiles the program with its workers into one executable. */
export async function buildExecutable({ outfile, target }: BuildOptions): Promise<void> {
  // The executable carries the web pages.
  if (!(await Bun.file(PACK_PATH).exists())) await buildPages();
  const workers = [...new Bun.Glob("src/**/*-worker.ts").scanSync({ cwd: ROOT })].sort();
  await mkdir(dirname(outfile), { recursive: true });
  const result = await Bun.build({
    entrypoints: ["src/main.ts", ...workers].map((path) => join(ROOT, path)),
    root: join(ROOT, "src"),
    compile: {
      outfile,
      ...(target === undefined ? {} : { target }),
      // A server is steered by what it was told, not by what lies in the directory that it was started in.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
    minify: { whitespace: true, syntax: true, identifiers: true, keepNames: true },
    bytecode: true,
    // What is imported when it is needed is read then: a start without it takes a third less time and 6 MiB less memory.
    splitting: true,
    // Bytecode for CommonJS, the default, does not know `await` at the top level.
    format: "esm",
  });
  if (!result.success) throw new AggregateError(result.logs, "the build failed");
  await chmod(outfile, 0o755);
}

/**
 * Lays out an image's files: the executable, the shared libraries that it loads (all are the C library's), the
 * configuration and an empty data directory. `directory` is made anew.
 */
export async function layOutImage(executable: string, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const files = join(directory, "files");
  await mkdir(files, { recursive: true });
  await linkOrCopy(executable, join(files, "berth"));
  for (const path of await findLibraries(executable)) {
    const copy = join(files, path);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(await realpath(path), copy);
  }
  const configuration = join(files, "etc/docker/registry/config.yml");
  await mkdir(dirname(configuration), { recursive: true });
  await copyFile(join(ROOT, "deploy/image/config.yml"), configuration);
  await mkdir(join(directory, "data"));
}

/** The loader and the libraries of an executable, at the paths where the loader looks for them. */
async function findLibraries(executable: string): Promise<string[]> {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["ldd", executable]);
  if (exitCode !== 0) throw new Error(`ldd ${executable}: ${stderr.toString().trim()}`);
  const lines = stdout.toString().trim().split("\n");
  const missing = lines.find((line) => line.includes("not found"));
  if (missing !== undefined) throw new Error(`a library is missing: ${missing.trim()}`);
  const paths = lines.flatMap((line) => /(?:^\s*|=> )(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const libc = paths.find((path) => basename(path).startsWith("libc.so"));
  // The C library opens this one by name when a thread is cancelled, and ends the process when it is not there.
  const unwinder = libc === undefined ? null : join(dirname(libc), "libgcc_s.so.1");
  if (unwinder !== null && (await Bun.file(unwinder).exists())) paths.push(unwinder);
  return paths;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { target: { type: "string" }, outfile: { type: "string", default: join(ROOT, "dist/berth") } },
  });
  const outfile = resolve(values.outfile);
  // Bun names the targets that it knows when it is given another one.
  const target = values.target as Bun.Build.CompileTarget | undefined;
  await buildPages();
  await buildExecutable({ outfile, ...(target === undefined ? {} : { target }) });
  console.log(`${outfile}: ${((await stat(outfile)).size / 1e6).toFixed(1)} MB`);
  if (target === undefined && process.platform === "linux") {
    const directory = join(dirname(outfile), "image");
    await layOutImage(outfile, directory);
    console.log(`${directory}: what deploy/Dockerfile puts into the container image`);
  } else {
    console.log("no image was laid out: that is done on a Linux machine of the target's kind, without --target");
  }
}
