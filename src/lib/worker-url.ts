/**
 * Where a worker's file is. In the compiled executable every module says that it is the entry point in the root of
 * the source tree, and workers are found there because the build names them.
 */

/** `path` is relative to `src/`. */
export function workerUrl(path: string): string {
  const isCompiled = import.meta.url.includes("/$bunfs/") || import.meta.url.includes("/~BUN/");
  return new URL(`${isCompiled ? "./" : "../"}${path}`, import.meta.url).href;
}
