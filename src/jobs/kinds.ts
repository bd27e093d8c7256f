/** The kinds of background work. It knows no server: pages and the contract import it too. */
export const JOB_KINDS = [
  "gc",
  "gc-plan",
  "bin-empty",
  "scrub",
  "fsck",
  "snapshot",
  "backup",
  "restore",
  "upload-expiry",
  "usage-recount",
  "storage-count",
  "audit-rotation",
  "organisation-purge",
  "layer-index",
  "search-index",
] as const;

export type JobKind = (typeof JOB_KINDS)[number];

/** `interrupted`: the process that did it is gone. */
export const JOB_OUTCOMES = ["running", "done", "failed", "interrupted"] as const;

export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** What administrators may begin over the hub API. */
export const STARTABLE_KINDS = [
  "gc",
  "gc-plan",
  "bin-empty",
  "scrub",
  "fsck",
  "snapshot",
  "usage-recount",
  "storage-count",
] as const satisfies readonly JobKind[];

export type StartableKind = (typeof STARTABLE_KINDS)[number];

/** What people read of each. */
export const JOB_TEXTS: Readonly<Record<JobKind, { title: string; description: string }>> = {
  gc: { title: "Garbage collection", description: "Removes the bytes that nothing names any more." },
  "gc-plan": {
    title: "Plan of a garbage collection",
    description: "Finds what a pass would free, and changes nothing.",
  },
  "bin-empty": { title: "Emptying the recycle bin", description: "Removes for good what was deleted." },
  scrub: { title: "Scrub", description: "Reads stored bytes again and compares them with their digests." },
  fsck: { title: "Check", description: "Compares rows and stored bytes, and names what does not fit." },
  snapshot: { title: "Snapshot", description: "Copies the rows into the storage, beside the bytes that they name." },
  backup: { title: "Backup", description: "Copies everything into a directory." },
  restore: { title: "Restore", description: "Brings back what a backup or a snapshot holds." },
  "upload-expiry": { title: "Abandoned uploads", description: "Removes uploads that nobody goes on with." },
  "usage-recount": { title: "Recount of usage", description: "Counts exactly what each namespace stores." },
  "storage-count": { title: "Count of the storage", description: "Adds up what repositories store, alone and shared." },
  "audit-rotation": { title: "Audit log", description: "Removes events that are older than is kept." },
  "organisation-purge": { title: "Deleted organisations", description: "Removes for good those deleted long ago." },
  "layer-index": { title: "Layer index", description: "Notes which files layers hold." },
  "search-index": { title: "Search index", description: "Notes the words that search finds." },
};
