/**
 * Part of the composition root: what makes the files in layers known, loaded with the first push or the first look into an
 * image. Until then only this stands in memory: when something was last pushed.
 */
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import { once } from "./lib/once.ts";
import type { LayersParts } from "./layers-parts.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { Gate } from "./registry/gates.ts";
import type { Manifests } from "./registry/manifests.ts";
import type { Storage } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";

export type LayersLaterOptions = { config: Config; database: Database; storage: Storage; log: Log; isServing: boolean };

/** What there is only after the gates. `inFlight`: requests that are being answered. */
export type LayersContent = { manifests: Manifests; blobs: Blobs; inFlight: () => number };

const CALM_AFTER_MS = 5_000;
/** So many requests at the same time leave enough of the machine for something else. */
const CALM_REQUESTS = 2;

export class LayersLater {
  readonly #options: LayersLaterOptions;
  readonly #isInBackground: boolean;
  #content: LayersContent | null = null;
  #opened: LayersParts | null = null;
  #pushedAt = 0;

  /** Refuses nothing. */
  readonly gate: Gate = (trx, { kind }) => {
    if (kind === "blob-link" || kind === "manifest-put") {
      trx.afterCommit(() => {
        this.#pushedAt = performance.now();
        if (kind === "manifest-put") this.#wake();
      });
    }
    return Promise.resolve();
  };

  readonly open = once(async (): Promise<LayersParts> => {
    const { openLayers } = await import("./layers-parts.ts");
    const content = this.#content;
    if (content === null) throw new Error("nothing can be known of layers before there are manifests");
    const isCalm = () => performance.now() - this.#pushedAt > CALM_AFTER_MS && content.inFlight() <= CALM_REQUESTS;
    return (this.#opened = await openLayers({ ...this.#options, ...content, isCalm }));
  });

  constructor(options: LayersLaterOptions) {
    this.#options = options;
    const { config, isServing } = options;
    this.#isInBackground = isServing && config.layers.index === "background" && !config.storage.readonly;
  }

  bind(content: LayersContent): void {
    this.#content = content;
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }

  #wake(): void {
    if (!this.#isInBackground) return;
    if (this.#opened !== null) return this.#opened.background.wake();
    this.open()
      .then((it) => it.background.wake())
      .catch((error: unknown) => this.#options.log.error("layers get no indexes", { error }));
  }
}
