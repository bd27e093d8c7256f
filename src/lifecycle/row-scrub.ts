/**
 * The scrub of what lies in the database itself: manifests, and blobs that are so small that their row has them.
 *
 * It walks by id, and spreads a round over its days: after half of them it has come to half of the rows. How far it is
 * gets written down now and then instead of a time in each row, because that would write every row anew each round. A
 * server that did not run for some days has that much to catch up on.
 */
import type { Database } from "../database/database.ts";
import type { Log } from "../telemetry/log.ts";
import * as queries from "./queries/checks.ts";
import { hashLike, type BlobRow, type Fault, type StoredBlobs } from "./stored-blobs.ts";

export type RowScrubParts = {
  database: Database;
  storedBlobs: StoredBlobs;
  log: Log;
  /** Milliseconds of a round. */
  everyMs: number;
  /** Waits until so many bytes may be read; throws when the scrub is to end. */
  pace: (sizeBytes: number) => Promise<void>;
  onCorruptBlob: (row: BlobRow, fault: Fault) => Promise<void>;
  onCorruptManifest: () => void;
};

const BATCH = 100;
const SAVE_AFTER_MS = 600_000;

type Round = { beganAt: number; upTo: number };

export class RowScrub {
  readonly #parts: RowScrubParts;
  readonly #walks: Walk[];

  constructor(parts: RowScrubParts) {
    this.#parts = parts;
    const { database } = parts;
    this.#walks = [
      new Walk(database, "blobs", async (after) => {
        const rows = await queries.listBlobs.all(database, { after, limit: BATCH });
        return rows.map((row) => ({ id: row.id, check: () => this.#checkBlob(row) }));
      }),
      new Walk(database, "manifests", async (after) => {
        const rows = await queries.listManifests.all(database, { after, limit: BATCH });
        return rows.map((row) => ({ id: row.id, check: () => this.#checkManifest(row) }));
      }),
    ];
  }

  /** Checks every row whose turn has come by `now` (ms). */
  async runOnce(now: number): Promise<void> {
    for (const walk of this.#walks) await walk.goOn(now, this.#parts.everyMs);
  }

  /** Writes down how far it has come. */
  async close(): Promise<void> {
    for (const walk of this.#walks) await walk.save();
  }

  async #checkBlob(row: BlobRow): Promise<void> {
    if (row.storage_key !== null || row.state !== "live") return;
    const { storedBlobs, pace, onCorruptBlob } = this.#parts;
    await pace(row.size_bytes);
    if ((await storedBlobs.findFault(row, true)) === null) return;
    const again = await storedBlobs.lookAgain(row, true);
    if (again?.fault) await onCorruptBlob(row, again.fault);
  }

  /** Nothing has to be taken out of service: a manifest's bytes are hashed whenever they are read to be served. */
  async #checkManifest({ id, digest, size_bytes: sizeBytes, repository }: ManifestRow): Promise<void> {
    await this.#parts.pace(sizeBytes);
    const stored = await queries.findManifestBytes.first(this.#parts.database, { manifestId: id });
    if (stored === null || hashLike(digest, new Uint8Array(stored.content)) === digest) return;
    this.#parts.onCorruptManifest();
    this.#parts.log.error("a manifest is corrupt: it is not served any more until it is pushed again", {
      digest,
      repository,
    });
  }
}

type ManifestRow = { id: number; digest: string; size_bytes: number; repository: string };

/** The rows of one table, round after round. */
class Walk {
  readonly #database: Database;
  readonly #name: "blobs" | "manifests";
  readonly #list: (after: number) => Promise<{ id: number; check: () => Promise<void> }[]>;
  #round: Round | null = null;
  #saved: Round | null = null;
  #savedAt = 0;

  constructor(
    database: Database,
    name: "blobs" | "manifests",
    list: (after: number) => Promise<{ id: number; check: () => Promise<void> }[]>,
  ) {
    this.#database = database;
    this.#name = name;
    this.#list = list;
  }

  async goOn(now: number, everyMs: number): Promise<void> {
    const round = (this.#round ??= await this.#load(now));
    // A clock that was set back is not waited for.
    if (round.beganAt > now) round.beganAt = now;
    const last = await this.#findLast();
    const part = Math.min(1, (now - round.beganAt) / everyMs);
    const target = Math.floor(last * part);
    while (round.upTo < target) {
      const rows = await this.#list(round.upTo);
      for (const { id, check } of rows.filter((row) => row.id <= target)) {
        await check();
        round.upTo = id;
      }
      // What is left up to the target has been deleted.
      if (rows.length < BATCH || (rows.at(-1)?.id ?? target) > target) round.upTo = target;
    }
    if (part === 1) this.#round = { beganAt: now, upTo: 0 };
    if (part === 1 || Math.abs(now - this.#savedAt) >= SAVE_AFTER_MS) {
      this.#savedAt = now;
      await this.save();
    }
  }

  async save(): Promise<void> {
    const round = this.#round;
    if (round === null || (round.upTo === this.#saved?.upTo && round.beganAt === this.#saved.beganAt)) return;
    this.#saved = { ...round };
    await this.#database.write((trx) => queries.saveRound.run(trx, { round: this.#name, ...round }));
  }

  async #load(now: number): Promise<Round> {
    const row = await queries.findRound.first(this.#database, { round: this.#name });
    if (row === null) return { beganAt: now, upTo: 0 };
    const round = { beganAt: row.began_at, upTo: row.up_to };
    this.#saved = { ...round };
    return round;
  }

  async #findLast(): Promise<number> {
    const statement = this.#name === "blobs" ? queries.findLastBlob : queries.findLastManifest;
    return (await statement.first(this.#database, {}))?.id ?? 0;
  }
}
