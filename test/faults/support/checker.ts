// The one checker that runs after every fault, over a server that was started anew and is idle:
//   (a) every acknowledged blob, manifest and tag of the journal is readable, byte for byte; nothing is half there
//   (b) what a tag's manifest names exists, down to the last child
//   (c) every stored file has the size and the digest of its row, as have the bytes that are in rows
//   (d) SQLite's own checks of the database's integrity and foreign keys
//   (e) what is noted beside a thing agrees with the thing: a blob's condemnation with its links, a link's lease with the
//       manifests that name the blob, a deleted tag with its history. Counters have their place here once there are some
//   (f) no upload session is older than its lease
//   (g) no row without its file, but for what is being deleted; no file without a row, unless a server was killed since
// And then the server's own `berth fsck` has its say, which must find nothing either.

import { Database as Connection } from "bun:sqlite";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Expected, Journal, Value } from "./journal.ts";
import { askOperator } from "./operator.ts";

const MANIFEST_TYPES =
  "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json";
const PARALLEL = 8;
const DEFAULT_LEASE_MS = 86_400_000;

export interface CheckOptions {
  url: string;
  dataDirectory: string;
  /** Where blobs/ lies; the data directory unless given. */
  storageDirectory?: string;
  journal: Journal;
  /** Also what did not change since the last check. */
  everything?: boolean;
  /** A kill happened: bytes that were under way may lie there without a row. */
  allowOrphans: boolean;
  /** The power was lost: of uploads that were not finished the bytes may be gone, and their clients begin anew. */
  hasLostPower?: boolean;
  /** Whether fsck has its say, which takes a second where something looks wrong for a moment. True unless given. */
  asksFsck?: boolean;
  leaseMs?: number;
  /** Files that were found good before, which are written once: their bytes are not read again. */
  known?: Set<string>;
}

export interface Findings {
  /** Each begins with the letter of the rule that is broken. */
  violations: string[];
  orphans: string[];
  registers: number;
  files: number;
}

/** All rules, against a server over SQLite and local files. What was read is settled in the journal. */
export async function check(options: CheckOptions): Promise<Findings> {
  const read = await checkJournal(options);
  const stored = await checkStored(options);
  const { dataDirectory, everything = false, asksFsck = true } = options;
  const excused = options.hasLostPower === true ? ["upload-without-file"] : [];
  const named = asksFsck ? await checkByFsck(dataDirectory, everything, excused) : [];
  return { ...stored, violations: [...read.violations, ...stored.violations, ...named], registers: read.registers };
}

/** What fsck finds. A removal that a kill has cut short is no violation: the next pass of the collector goes on with it. */
export async function checkByFsck(
  dataDirectory: string,
  readBytes: boolean,
  excused: readonly string[] = [],
): Promise<string[]> {
  const lines = await askOperator(dataDirectory, "fsck", { readBytes });
  return lines.flatMap((line) => {
    if (line.event !== "finding" || line.finding.kind === "blob-deleting" || excused.includes(line.finding.kind)) {
      return [];
    }
    return [`fsck: ${line.finding.kind} ${line.finding.subject}: ${line.finding.message}`];
  });
}

/** Throws with every violation, the seed and the point of the fault. */
export function assertSound(findings: Findings, where: string): void {
  if (findings.violations.length === 0) return;
  const shown = findings.violations.slice(0, 20).join("\n  ");
  throw new Error(`${where}: ${findings.violations.length} violations\n  ${shown}`);
}

/** Rule (a) alone, for what has no SQLite. */
export async function checkJournal(
  options: Pick<CheckOptions, "url" | "journal" | "everything">,
): Promise<{ violations: string[]; registers: number }> {
  const { journal, url } = options;
  const registers = [...journal.registers].filter((it) => it.changed || options.everything === true);
  const violations = await checkRegisters(
    url,
    registers.map((register) => ({ ...register, allowed: journal.allowed(register) })),
    (number, value) => {
      const register = registers[number];
      if (register) journal.settle(register, value);
    },
  );
  return { violations, registers: registers.length };
}

/** Rule (a) for any server, such as a copy of another one; `onValue` is given the place in the list and what was read. */
export async function checkRegisters(
  url: string,
  expected: readonly Expected[],
  onValue: (number: number, value: Value) => void = () => undefined,
): Promise<string[]> {
  const violations: string[] = [];
  const queue = expected.entries();
  const work = async () => {
    for (const [number, register] of queue) {
      const { kind, repository, name, allowed } = register;
      const what = `a: ${kind} ${repository} ${name}`;
      try {
        const value = await readRegister(url, register);
        if (!allowed.has(value)) violations.push(`${what} is ${value}, not ${[...allowed].join(" or ")}`);
        onValue(number, value);
      } catch (error) {
        violations.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return violations;
}

/** Throws when the answer is neither the whole content of its digest nor a clean 404. */
async function readRegister(url: string, { kind, repository, name }: Expected): Promise<Value> {
  const path = kind === "blob" ? "blobs" : "manifests";
  const response = await fetch(`${url}/v2/${repository}/${path}/${name}`, {
    headers: { accept: MANIFEST_TYPES },
    signal: AbortSignal.timeout(30_000),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status === 404) return null;
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
  const declared = Number(response.headers.get("content-length"));
  if (declared !== bytes.length) throw new Error(`${bytes.length} bytes came, Content-Length was ${declared}`);
  const digest = hashOf(bytes);
  const named = response.headers.get("docker-content-digest");
  if (named !== digest) throw new Error(`the bytes have the digest ${digest}, the answer says ${named}`);
  if (kind !== "tag" && digest !== name) throw new Error(`the bytes have the digest ${digest}`);
  return digest;
}

/** Rules (b) to (g): rows and files as they lie there. */
export async function checkStored(
  options: Omit<CheckOptions, "url" | "journal">,
): Promise<Omit<Findings, "registers">> {
  const connection = new Connection(join(options.dataDirectory, "berth.db"), { readonly: true });
  try {
    connection.run("pragma busy_timeout = 5000");
    const closure = checkClosure(connection);
    const database = [...checkDatabase(connection), ...checkNotes(connection)];
    const bytes = await checkBytes(connection, options);
    return { ...bytes, violations: [...closure, ...database, ...bytes.violations] };
  } finally {
    connection.close();
  }
}

function checkClosure(connection: Connection): string[] {
  const tags = rowsOf<{ name: string; digest: string }>(
    connection,
    `select t.name, t.digest from tags t where t.to_at is null and not exists
       (select 1 from manifests m
         where m.repository_id = t.repository_id and m.digest = t.digest and m.deleted_at is null)`,
  );
  const blobs = rowsOf<{ manifest: string; digest: string }>(
    connection,
    `select m.digest as manifest, r.digest from manifest_references r join manifests m on m.id = r.manifest_id
      where m.deleted_at is null and r.kind <> 'manifest' and not exists
       (select 1 from blobs b join repository_blobs l on l.blob_id = b.id
         where b.digest = r.digest and b.state <> 'deleting' and l.repository_id = r.repository_id)`,
  );
  const children = rowsOf<{ manifest: string; digest: string }>(
    connection,
    `select m.digest as manifest, r.digest from manifest_references r join manifests m on m.id = r.manifest_id
      where m.deleted_at is null and r.kind = 'manifest' and not exists
       (select 1 from manifests c
         where c.repository_id = r.repository_id and c.digest = r.digest and c.deleted_at is null)`,
  );
  return [
    ...tags.map((it) => `b: tag ${it.name} names ${it.digest}, which is not there`),
    ...[...blobs, ...children].map((it) => `b: manifest ${it.manifest} names ${it.digest}, which is not there`),
  ];
}

function checkDatabase(connection: Connection): string[] {
  const integrity = rowsOf<{ integrity_check: string }>(connection, "pragma integrity_check");
  const keys = rowsOf<object>(connection, "pragma foreign_key_check");
  return [
    ...integrity.filter((it) => it.integrity_check !== "ok").map((it) => `d: ${it.integrity_check}`),
    ...keys.map((it) => `d: foreign key: ${JSON.stringify(it)}`),
  ];
}

/** Each is kept in the same transaction as what it is about, so it is never only almost right. */
function checkNotes(connection: Connection): string[] {
  const isLinked = "exists (select 1 from repository_blobs l where l.blob_id = b.id)";
  const blobs = (condition: string) =>
    rowsOf<{ digest: string }>(connection, `select b.digest from blobs b where ${condition}`).map((it) => it.digest);
  const leases = rowsOf<{ digest: string; repository: string }>(
    connection,
    `select b.digest, o.name as repository from repository_blobs l
       join blobs b on b.id = l.blob_id join repositories o on o.id = l.repository_id
      where l.kept_until is null and not exists
       (select 1 from manifest_references r where r.repository_id = l.repository_id and r.digest = b.digest)`,
  );
  const tags = rowsOf<{ name: string; revision: number }>(
    connection,
    `select t.name, t.revision from tags t where t.deleted_at is not null and (t.to_at is null or exists
       (select 1 from tags n
         where n.repository_id = t.repository_id and n.name = t.name and n.revision > t.revision))`,
  );
  return [
    ...blobs(`b.state <> 'deleting' and b.condemned_at is null and not ${isLinked}`).map(
      (digest) => `e: blob ${digest} has no link and is not condemned`,
    ),
    ...blobs(`b.condemned_at is not null and ${isLinked}`).map(
      (digest) => `e: blob ${digest} has a link and is condemned`,
    ),
    ...blobs(`b.state = 'deleting' and ${isLinked}`).map(
      (digest) => `e: blob ${digest} has a link and is being deleted`,
    ),
    ...leases.map(
      (it) => `e: the link of ${it.digest} in ${it.repository} is for good, and no manifest names the blob`,
    ),
    ...tags.map((it) => `e: revision ${it.revision} of tag ${it.name} is in the bin, and is not the tag's last`),
  ];
}

type BlobRow = { digest: string; size_bytes: number; storage_key: string | null; content: Uint8Array | null };

async function checkBytes(
  connection: Connection,
  options: Omit<CheckOptions, "url" | "journal">,
): Promise<{ violations: string[]; orphans: string[]; files: number }> {
  const violations: string[] = [];
  const root = options.storageDirectory ?? options.dataDirectory;
  const rows = rowsOf<BlobRow>(
    connection,
    "select digest, size_bytes, storage_key, content from blobs where state <> 'deleting'",
  );
  const isThere = connection.query("select 1 from blobs where storage_key = ? and state <> 'deleting'");
  for (const row of rows) {
    const fault = row.storage_key === null ? findInlineFault(row) : await findFileFault(root, row, options.known);
    // The collector may have taken it since the rows were read.
    if (fault !== null && (row.storage_key === null || isThere.get(row.storage_key) !== null)) violations.push(fault);
  }
  for (const { digest, content } of rowsOf<{ digest: string; content: Uint8Array }>(
    connection,
    "select digest, content from manifests",
  )) {
    if (hashOf(content, digest) !== digest) violations.push(`c: manifest ${digest} has other bytes`);
  }

  type SessionRow = { id: string; storage_key: string | null; updated_at: number };
  const sessions = rowsOf<SessionRow>(connection, "select id, storage_key, updated_at from upload_sessions");
  const oldest = Date.now() - (options.leaseMs ?? DEFAULT_LEASE_MS);
  for (const it of sessions) if (it.updated_at < oldest) violations.push(`f: session ${it.id} is past its lease`);

  const owned = new Set([
    ...rowsOf<{ storage_key: string | null }>(connection, "select storage_key from blobs").map((it) => it.storage_key),
    ...sessions.map((it) => it.storage_key),
  ]);
  const files = listFiles(root);
  const orphans = files.filter((key) => !owned.has(key));
  if (!options.allowOrphans) violations.push(...orphans.map((key) => `g: file ${key} has no row`));
  return { violations, orphans, files: files.length };
}

function findInlineFault({ digest, size_bytes, content }: BlobRow): string | null {
  if (content === null) return `c: blob ${digest} has neither a file nor bytes`;
  if (content.length !== size_bytes) return `c: blob ${digest} has ${content.length} bytes, its row says ${size_bytes}`;
  return hashOf(content, digest) === digest ? null : `c: blob ${digest} has other bytes in its row`;
}

async function findFileFault(root: string, row: BlobRow, known: Set<string> | undefined): Promise<string | null> {
  const { digest, size_bytes: sizeBytes, storage_key: key } = row;
  if (key === null) return null;
  const path = join(root, key);
  if (!existsSync(path)) return `g: blob ${digest} has no file ${key}`;
  const found = statSync(path).size;
  if (found !== sizeBytes) return `c: file ${key} of ${digest} has ${found} bytes, its row says ${sizeBytes}`;
  if (known?.has(key)) return null;
  const hash = new Bun.CryptoHasher(algorithmOf(digest));
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  if (`${algorithmOf(digest)}:${hash.digest("hex")}` !== digest) return `c: file ${key} does not hash to ${digest}`;
  known?.add(key);
  return null;
}

/** Storage keys of the files below blobs/. */
export function listFiles(root: string): string[] {
  const blobs = join(root, "blobs");
  if (!existsSync(blobs)) return [];
  const entries = readdirSync(blobs, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function rowsOf<Row>(connection: Connection, text: string): Row[] {
  // The columns are those of the statement beside each call.
  return connection.query(text).all() as Row[];
}

function hashOf(bytes: Uint8Array, like = "sha256:"): string {
  const algorithm = algorithmOf(like);
  return `${algorithm}:${new Bun.CryptoHasher(algorithm).update(bytes).digest("hex")}`;
}

function algorithmOf(digest: string): "sha256" | "sha512" {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}
