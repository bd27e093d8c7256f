/**
 * How the server is, as its administrators are told: each thing that can be wrong is a check with what to do about it. No
 * check waits long, and one that fails says so instead of taking the others with it.
 */
import type { Database } from "../database/database.ts";
import type { JobRuns } from "../jobs/job-runs.ts";
import type { Snapshots } from "../lifecycle/snapshots.ts";
import type { Storage } from "../storage/storage.ts";
import { VERSION } from "./version.ts";

export type CheckState = "ok" | "warning" | "error";

export type Check = {
  id: string;
  title: string;
  state: CheckState;
  message: string;
  /** What to do; null where all is well. */
  action: string | null;
  /** What was measured; bytes, milliseconds or a number of things, as the id says. */
  value: number | string | null;
};

export type Health = {
  state: CheckState;
  version: string;
  node: string;
  startedAt: number;
  uptimeSeconds: number;
  database: "sqlite" | "postgres";
  storage: string;
  residentBytes: number;
  checkedAt: number;
  checks: Check[];
};

export type HealthSettings = {
  isReadOnly: boolean;
  /** Over TLS, of its own or of a proxy in front as the public address says. */
  isHttps: boolean;
  isLoopback: boolean;
  /** Browsers may log in over plain HTTP from elsewhere. */
  hasInsecureSessions: boolean;
  isPublicUrlSet: boolean;
  /** Whoever reaches the server may do everything, as long as nobody has claimed it. */
  isOpenToEveryone: boolean;
  /** A mail server is configured. */
  hasMail: boolean;
  isGcEnabled: boolean;
  isScrubEnabled: boolean;
  isAuditEnabled: boolean;
  /** Null where no snapshots are taken. */
  snapshotIntervalMs: number | null;
  isStorageLasting: boolean;
  secretKeyFile: string;
};

export type HealthParts = {
  database: Database;
  storage: Pick<Storage, "space" | "driver">;
  room: { readonly availableBytes: number };
  snapshots: Pick<Snapshots, "list">;
  jobs: JobRuns;
  accounts: { isClaimed(): Promise<boolean> };
  log: { readonly dropped: number };
  /** Uploads that go on at the moment. */
  uploads: { readonly size: number };
  damaged: () => Promise<number>;
  node: string;
  settings: HealthSettings;
};

const WITHIN_MS = 3_000;
const SLOW_MS = 500;
const LOW_SHARE = 0.1;
const BACKUP_MS = 7 * 86_400_000;
const CLOCK_MS = 5_000;
/** Rows of this process's own database are written with its clock: only a year before this program was made is wrong for sure. */
const LEAST_TIME = Date.UTC(2025, 0, 1);

type Finding = Omit<Check, "id" | "title">;

export async function checkHealth(parts: HealthParts): Promise<Health> {
  const { database, storage, node } = parts;
  const checks = await Promise.all([
    run("database", "Database", () => checkDatabase(parts)),
    run("storage", "Storage", () => checkStorage(parts)),
    run("space", "Free space", () => checkSpace(parts)),
    run("damaged", "Stored bytes", () => checkDamaged(parts)),
    run("clock", "Clock", async () => checkClock()),
    run("snapshot", "Snapshots", () => checkSnapshots(parts)),
    run("backup", "Backup", () => checkBackup(parts)),
    run("jobs", "Background work", () => checkJobs(parts)),
    run("gc", "Garbage collection", async () => checkCollection(parts)),
    run("claim", "Administrator", () => checkClaim(parts)),
    run("tls", "TLS", async () => checkTls(parts)),
    run("publicUrl", "Public address", async () => checkPublicUrl(parts)),
    run("secretKey", "Secret key", () => checkSecretKey(parts)),
    run("mail", "Mail", async () => checkMail(parts)),
    run("audit", "Audit log", async () => checkAudit(parts)),
    run("uploads", "Uploads", async () => good(`${parts.uploads.size} are unfinished`, parts.uploads.size)),
    run("log", "Log", async () => checkLog(parts)),
  ]);
  const { residentBytes, startedAt } = processFigures();
  return {
    state: worst(checks),
    version: VERSION,
    node,
    startedAt,
    uptimeSeconds: Math.floor((Date.now() - startedAt) / 1_000),
    database: database.dialect,
    storage: storage.driver,
    residentBytes,
    checkedAt: Date.now(),
    checks,
  };
}

async function run(id: string, title: string, check: () => Promise<Finding>): Promise<Check> {
  const late = Bun.sleep(WITHIN_MS).then(() =>
    bad("error", `no answer within ${WITHIN_MS} ms`, "look at the server's log"),
  );
  const found = await Promise.race([
    check().catch(() => bad("error", "it could not be looked at", "look at the server's log")),
    late,
  ]);
  return { id, title, ...found };
}

async function checkDatabase({ database }: HealthParts): Promise<Finding> {
  const begunAt = performance.now();
  await database.check();
  const took = Math.round(performance.now() - begunAt);
  if (took <= SLOW_MS) return good(`answers and writes within ${took} ms`, took);
  return bad("warning", `took ${took} ms to answer`, "look at the load and the disk of the database", took);
}

async function checkStorage({ storage, settings }: HealthParts): Promise<Finding> {
  await storage.space();
  if (!settings.isStorageLasting) {
    return bad("warning", "everything is lost when the server ends", "set storage.driver to filesystem");
  }
  if (!settings.isReadOnly) return good("answers, and takes pushes");
  return bad("warning", "read-only: pushes and deletes are refused", "set storage.readonly to false to go on");
}

async function checkSpace({ storage, room }: HealthParts): Promise<Finding> {
  const space = await storage.space();
  if (space === null) return good("the storage tells no limit");
  const { freeBytes, totalBytes } = space;
  const share = Math.round((freeBytes / Math.max(1, totalBytes)) * 100);
  const action = "make the disk larger, delete what is not needed, or empty the recycle bin and collect garbage";
  if (room.availableBytes <= 0) return bad("error", "the disk is full: pushes are refused", action, freeBytes);
  if (freeBytes < totalBytes * LOW_SHARE)
    return bad("warning", `only ${share} % of the disk are free`, action, freeBytes);
  return good(`${share} % of the disk are free`, freeBytes);
}

async function checkDamaged({ damaged }: HealthParts): Promise<Finding> {
  const count = await damaged();
  if (count === 0) return good("none is known to be damaged", 0);
  const action = "push the images again, or restore them from a backup; berth fsck names them";
  return bad("error", `${count} blobs are missing or wrong, and are not served`, action, count);
}

function checkClock(): Finding {
  const now = Date.now();
  const action = "let the machine's clock be set by the network (NTP)";
  if (now < LEAST_TIME) return bad("error", "the clock is years behind", action);
  // Both count from the start of the process: the one was set since, the other never is.
  const drift = Math.round(now - (performance.timeOrigin + performance.now()));
  if (Math.abs(drift) < CLOCK_MS) return good(new Date(now).toISOString());
  return bad("warning", `the clock was moved by ${drift} ms since the server began`, action, drift);
}

async function checkSnapshots({ snapshots, settings }: HealthParts): Promise<Finding> {
  const every = settings.snapshotIntervalMs;
  if (every === null) {
    if (!settings.isStorageLasting) return good("there is nothing that lasts to copy");
    return bad("warning", "none are taken", "set snapshot.enabled to true: who loses the database loses everything");
  }
  const [newest] = await snapshots.list();
  if (newest === undefined) return good("none yet: the first comes with the first content");
  return good(`the newest is of ${new Date(newest.modifiedAt).toISOString()}`, newest.modifiedAt);
}

async function checkBackup({ jobs, settings }: HealthParts): Promise<Finding> {
  if (!settings.isStorageLasting) return good("there is nothing that lasts to back up");
  const runs = await jobs.list({ kind: "backup", before: Number.MAX_SAFE_INTEGER, limit: 20 });
  const last = runs.find((it) => it.outcome === "done");
  const action = "run berth backup DIRECTORY now and then, onto another disk";
  if (last?.endedAt === undefined || last.endedAt === null) {
    return bad("warning", "berth backup has not been run in the last month", action);
  }
  const at = new Date(last.endedAt).toISOString();
  if (Date.now() - last.endedAt > BACKUP_MS) return bad("warning", `the last is of ${at}`, action, last.endedAt);
  return good(`the last is of ${at}`, last.endedAt);
}

async function checkJobs({ jobs }: HealthParts): Promise<Finding> {
  const failed = (await jobs.states()).filter(({ lastRun }) => lastRun?.outcome === "failed");
  if (failed.length === 0) return good("what ran last went well");
  const kinds = failed.map(({ kind }) => kind).join(", ");
  return bad("warning", `the last run of ${kinds} failed`, "read the run's log", failed.length);
}

function checkCollection({ settings }: HealthParts): Finding {
  if (settings.isGcEnabled || settings.isReadOnly) return good("runs by itself");
  return bad(
    "warning",
    "is switched off: nothing is ever freed",
    "set gc.enabled to true, or run berth gc now and then",
  );
}

async function checkClaim({ accounts, settings }: HealthParts): Promise<Finding> {
  if (await accounts.isClaimed()) return good("the registry is claimed");
  const action = "claim it with the setup code of the server's log, or with berth admin create";
  if (settings.isOpenToEveryone)
    return bad("error", "nobody has claimed it, and whoever reaches it may do everything", action);
  return bad("warning", "nobody has claimed it: whoever is on this machine may do everything", action);
}

function checkTls({ settings }: HealthParts): Finding {
  if (settings.hasInsecureSessions && (settings.isHttps || settings.isLoopback)) {
    return bad(
      "warning",
      "http.insecureSessions lets passwords and sessions travel over plain HTTP too",
      "set http.insecureSessions to false",
    );
  }
  if (settings.isHttps) return good("passwords and cookies travel encrypted");
  if (settings.isLoopback) return good("plain HTTP, for this machine alone");
  const action = "set http.tls, or http.publicUrl to the https:// address of the proxy in front";
  if (settings.hasInsecureSessions) {
    return bad("warning", "plain HTTP beyond this machine (http.insecureSessions): passwords can be read", action);
  }
  return bad("error", "plain HTTP beyond this machine: passwords can be read, and browsers get no session", action);
}

function checkPublicUrl({ settings }: HealthParts): Finding {
  if (settings.isPublicUrlSet) return good("is set");
  if (settings.isLoopback) return good("is not needed on this machine alone");
  return bad("warning", "is not set: links in mails and to login providers need it", "set http.publicUrl");
}

async function checkSecretKey({ settings }: HealthParts): Promise<Finding> {
  const file = Bun.file(settings.secretKeyFile);
  if (!(await file.exists())) {
    return bad(
      "error",
      "its file is gone",
      "put it back before the next start: sealed secrets cannot be read without it",
    );
  }
  const { mode } = await file.stat();
  if ((mode & 0o077) !== 0) return bad("warning", "others on the machine can read its file", "set its mode to 600");
  return good("its file is there, and the server's alone; keep a copy apart from backups");
}

function checkMail({ settings }: HealthParts): Finding {
  if (settings.hasMail && !settings.isPublicUrlSet) {
    return bad("warning", "links in mails need http.publicUrl: none are sent", "set http.publicUrl");
  }
  if (settings.hasMail) return good("a mail server is configured; test it below identity sources");
  return bad(
    "warning",
    "no mail server: passwords cannot be reset by mail, addresses not confirmed",
    "set mail.host and mail.from",
  );
}

function checkAudit({ settings }: HealthParts): Finding {
  if (settings.isAuditEnabled) return good("is written");
  return bad("warning", "is switched off: nobody can say who did what", "set audit.enabled to true");
}

function checkLog({ log }: HealthParts): Finding {
  if (log.dropped === 0) return good("every line was written", 0);
  return bad("warning", `${log.dropped} lines were dropped`, "let whatever reads the log read faster", log.dropped);
}

function good(message: string, value: number | string | null = null): Finding {
  return { state: "ok", message, action: null, value };
}

function bad(state: "warning" | "error", message: string, action: string, value: number | null = null): Finding {
  return { state, message, action, value };
}

function worst(checks: readonly Check[]): CheckState {
  if (checks.some(({ state }) => state === "error")) return "error";
  return checks.some(({ state }) => state === "warning") ? "warning" : "ok";
}

function processFigures(): { residentBytes: number; startedAt: number } {
  return { residentBytes: process.memoryUsage.rss(), startedAt: Math.round(performance.timeOrigin) };
}
