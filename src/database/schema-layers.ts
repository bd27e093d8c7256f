/** The table of layers' indexes, as Kysely sees it; `schema.ts` joins it to the others. */

export interface LayersSchema {
  layer_indexes: LayerIndexTable;
}

/** What is known of the files in a blob that is an archive. All of it can be made again: backups leave it out. */
interface LayerIndexTable {
  blob_id: number;
  /** `indexing`: since `began_at`. `failed`: it is tried again. `parked`: no more. */
  state: "indexing" | "failed" | "ready" | "parked" | "unsupported";
  /** Of the lines of the index. */
  version: number;
  attempts: number;
  began_at: number;
  entries: number | null;
  uncompressed_bytes: number | null;
  reason: string | null;
  /** Of one that is ready: its bytes, or the key under which they are stored. */
  content: Uint8Array | null;
  storage_key: string | null;
}
