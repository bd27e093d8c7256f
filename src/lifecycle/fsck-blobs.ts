/** Fsck of blobs: each has the bytes of its digest, those out of service have not, and none is on its way out for long. */
import type { FsckRun } from "./finding.ts";
import { Holds } from "./holds.ts";
import * as queries from "./queries/checks.ts";
import { condemnUnlinked } from "./queries/collector.ts";
import type { BlobRow, Fault } from "./stored-blobs.ts";

const BATCH = 200;
const REST_EVERY_MS = 5;
/** More faults than this, and most of the blobs that should have stored bytes, is no rot: their volume is missing or is another one. */
const FAULTS_AT_MOST = 20;

/** Looks at removals under way until one is taken for stuck, and how many of them are remembered. */
const STUCK_AFTER_LOOKS = 3;
const MAX_DELETING = 10_000;

type Seen = { stored: number; faults: number; deleting: BlobRow[] };

export async function checkBlobs(run: FsckRun): Promise<void> {
  const { database, storedBlobs } = run.parts;
  const pace = async (sizeBytes: number): Promise<void> => {
    run.signal.throwIfAborted();
    run.checked.bytesRead += sizeBytes;
  };
  const seen: Seen = { stored: 0, faults: 0, deleting: [] };
  for (let after = 0; ;) {
    const rows: BlobRow[] = await queries.listBlobs.all(database, { after, limit: BATCH });
    const suspects: BlobRow[] = [];
    let since = performance.now();
    for (const row of rows) {
      run.checked.blobs += 1;
      if (row.storage_key !== null) seen.stored += 1;
      if (row.state === "deleting") {
        if (seen.deleting.length < MAX_DELETING) seen.deleting.push(row);
        continue;
      }
      const isSound = row.state === "live" && (await storedBlobs.findFault(row, run.readBytes, pace)) === null;
      if (!isSound) suspects.push(row);
      if (performance.now() - since < REST_EVERY_MS) continue;
      await run.rest();
      since = performance.now();
    }
    if (suspects.length > 0) await confirm(run, suspects, pace, seen);
    await run.rest();
    const upTo = rows.at(-1)?.id ?? after;
    await checkForgotten(run, { after, upTo });
    after = upTo;
    if (rows.length < BATCH) break;
  }
  await checkDeleting(run, seen.deleting);
}

/** The collector may be at them, and is not while somebody copies: only what stays while nothing else goes is stuck. */
async function checkDeleting(run: FsckRun, seen: readonly BlobRow[]): Promise<void> {
  const { database } = run.parts;
  let left = seen;
  for (let look = 0; look < STUCK_AFTER_LOOKS && left.length > 0; look += 1) {
    await run.doubt();
    if ((await new Holds(database).find()) !== null) return;
    const still: BlobRow[] = [];
    for (const row of left) {
      const now = await queries.findBlobRow.first(database, { blobId: row.id });
      if (now?.state === "deleting" && now.digest === row.digest) still.push(row);
      if (still.length % BATCH === 0) await run.rest();
    }
    if (still.length < left.length) look = 0;
    left = still;
  }
  for (const row of left) await reportDeleting(run, row);
}

/** A blob is linked in the commit that makes it, and condemned in the one that takes its last link. */
async function checkForgotten(run: FsckRun, range: { after: number; upTo: number }): Promise<void> {
  const { database } = run.parts;
  for (const { id: blobId, digest, size_bytes: sizeBytes } of await queries.listForgottenBlobs.all(database, range)) {
    await run.found(
      {
        kind: "blob-forgotten",
        subject: digest,
        message: `no repository has it, and the garbage collector was not told: its ${sizeBytes} bytes would stay for ever`,
        repair: "leaves it to the garbage collector, which deletes it after its grace",
      },
      async () => {
        const blobs = JSON.stringify([{ id: blobId }]);
        const condemned = await database.write((trx) => condemnUnlinked.run(trx, { blobs, now: Date.now() }));
        return condemned > 0;
      },
    );
    await run.rest();
  }
}

async function confirm(
  run: FsckRun,
  suspects: readonly BlobRow[],
  pace: (bytes: number) => Promise<void>,
  seen: Seen,
): Promise<void> {
  await run.doubt();
  for (const row of suspects) {
    const again = await run.parts.storedBlobs.lookAgain(row, run.readBytes, pace);
    if (again === null) continue;
    if (row.state === "live" && again.fault !== null) await reportFault(run, row, again.fault, seen);
    // Only a hash can tell that it is good: a file of the right size may be the wrong one.
    else if (row.state === "damaged" && again.fault === null && run.readBytes) await reportGood(run, row);
    else if (row.state === "damaged") await reportQuarantined(run, row);
    await run.rest();
  }
}

async function reportFault(run: FsckRun, row: BlobRow, fault: Fault, seen: Seen): Promise<void> {
  const { storedBlobs } = run.parts;
  const { kind } = fault;
  const subject = row.digest;
  if (row.storage_key !== null) seen.faults += 1;
  if (seen.faults > FAULTS_AT_MOST && seen.faults * 2 > seen.stored) {
    const message = `${fault.message}; as with most blobs, so nothing is done about it: is the right storage there?`;
    return await run.found({ kind, subject, message, repair: null });
  }
  await run.found(
    {
      kind,
      subject,
      message: `${fault.message}; missed by ${await storedBlobs.describeAffected(row)}: push it again, or restore the file from a backup`,
      repair: "takes it out of service, so that it is answered with 404 and the next push of it heals it",
    },
    () => storedBlobs.quarantine(row),
  );
}

async function reportQuarantined(run: FsckRun, row: BlobRow): Promise<void> {
  await run.found({
    kind: "blob-quarantined",
    subject: row.digest,
    message: `it is out of service because its stored bytes are missing or wrong; missed by ${await run.parts.storedBlobs.describeAffected(row)}: push it again, or restore the file ${row.storage_key ?? ""} from a backup`,
    repair: null,
  });
}

async function reportGood(run: FsckRun, row: BlobRow): Promise<void> {
  await run.found(
    {
      kind: "blob-quarantined",
      subject: row.digest,
      message: `it is out of service, but its stored bytes are there and right; missed by ${await run.parts.storedBlobs.describeAffected(row)}`,
      repair: "serves it again",
    },
    () => run.parts.storedBlobs.putBack(row),
  );
}

async function reportDeleting(run: FsckRun, row: BlobRow): Promise<void> {
  const { database, storage } = run.parts;
  await run.found(
    {
      kind: "blob-deleting",
      subject: row.digest,
      message:
        "nothing names it and its removal was begun, but not ended; the next pass of the garbage collector ends it",
      repair: "removes its stored bytes and its row",
    },
    async () => {
      // A copy that began before it was marked may count on its bytes.
      if ((await new Holds(database).find()) !== null) return false;
      if (row.storage_key !== null) await storage.delete(row.storage_key);
      return (await database.write((trx) => queries.deleteLeftover.run(trx, { blobId: row.id }))) > 0;
    },
  );
}
