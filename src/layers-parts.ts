/** Part of the composition root: what makes the files in layers known. Loaded with the first push or the first look. */
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import { LayerBackground } from "./layers/background.ts";
import { Extracts } from "./layers/extracts.ts";
import { Files } from "./layers/files.ts";
import { Indexer } from "./layers/indexer.ts";
import { IndexStore } from "./layers/index-store.ts";
import { LayeredImages } from "./layers/layered-image.ts";
import { LayerStates } from "./layers/layer-states.ts";
import { TreeReader } from "./layers/tree-reader.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { Manifests } from "./registry/manifests.ts";
import type { Storage } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";

export type LayersOptions = {
  config: Config;
  database: Database;
  storage: Storage;
  manifests: Manifests;
  blobs: Blobs;
  log: Log;
  /** False while the registry has better things to do than to read layers that nobody waits for. */
  isCalm: () => boolean;
};

export type LayersParts = {
  files: Files;
  background: LayerBackground;
  indexer: Indexer;
  store: IndexStore;
  close: () => Promise<void>;
};

export async function openLayers(options: LayersOptions): Promise<LayersParts> {
  const { config, database, storage, manifests, blobs, log, isCalm } = options;
  const { index, maxEntries, maxUncompressedBytes, timeoutSeconds, memoryBytes } = config.layers;
  const timeoutMs = timeoutSeconds * 1_000;
  const limits = { maxEntries, maxUncompressedBytes, memoryBytes, cpuSeconds: timeoutSeconds };
  const isOff = index === "off" || config.storage.readonly;
  const store = new IndexStore({ database, storage });
  if (!isOff) await store.endStale();
  const indexer = new Indexer({ database, storage, store, log, limits, timeoutMs, isCalm });
  const reader = new TreeReader({ load: (blobId) => store.read(blobId), maxEntries });
  const extracts = new Extracts({ database, storage, limits, timeoutMs });
  const images = new LayeredImages({ manifests, blobs });
  const states = new LayerStates({ store, indexer, isOff });
  const background = new LayerBackground({ database, store, indexer, log, isCalm });
  return {
    files: new Files({ images, states, reader, extracts, storage }),
    background,
    indexer,
    store,
    close: async () => {
      background.close();
      await Promise.all([indexer.close(), reader.close(), extracts.close()]);
    },
  };
}
