/** The built pages where this program has them: beside the checkout's code, or inside of the single executable. */
import { Pack } from "./pack.ts";

export class Site {
  #opened: { pack: Pack | null; builtAt: number } | null = null;
  #path: Promise<string | null> | null = null;

  /** Null when nobody built them. What was built anew in a checkout is there with the next request. */
  async pack(): Promise<Pack | null> {
    const path = await (this.#path ??= packPath());
    if (path === null) {
      this.#path = null;
      return null;
    }
    const builtAt = Bun.file(path).lastModified;
    if (this.#opened?.builtAt !== builtAt) this.#opened = { pack: await Pack.open(path), builtAt };
    return this.#opened.pack;
  }
}

async function packPath(): Promise<string | null> {
  try {
    const { default: path } = await import("../../dist/pages.pack", { with: { type: "file" } });
    return path;
  } catch {
    return null;
  }
}
