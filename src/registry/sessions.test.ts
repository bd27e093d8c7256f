import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import * as queries from "./queries/sessions.ts";
import { Sessions } from "./sessions.ts";

const REPOSITORY = parseRepositoryName("team/app");
const SOMEONE = { ...OPEN_ANONYMOUS, id: "someone" };

describe("sessions", () => {
  let directory: string;
  let database: Database;
  let sessions: Sessions;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "berth-sessions-"));
    database = await openSqlite({
      path: join(directory, "berth.db"),
      onSyncFailure: (error) => {
        throw error;
      },
    });
    sessions = new Sessions({ database, limitPerPrincipal: 3 });
  });
  afterEach(async () => {
    await sessions.close();
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const create = () => sessions.create(OPEN_ANONYMOUS, REPOSITORY, "sha256");
  const rowOf = (id: string) => queries.findSession.first(database, { id });

  test("a session is found by its id, for its repository and its principal alone", async () => {
    const session = await create();
    expect(session.id).toMatch(/^[0-9a-f]{32}$/);
    expect(await sessions.get(OPEN_ANONYMOUS, REPOSITORY, session.id)).toBe(session);
    const strange = [
      () => sessions.get(SOMEONE, REPOSITORY, session.id),
      () => sessions.get(OPEN_ANONYMOUS, parseRepositoryName("team/other"), session.id),
      () => sessions.get(OPEN_ANONYMOUS, REPOSITORY, "0".repeat(32)),
      () => sessions.get(OPEN_ANONYMOUS, REPOSITORY, "../../etc/passwd"),
      () => sessions.get(OPEN_ANONYMOUS, REPOSITORY, ""),
    ];
    for (const wrong of strange) await expect(wrong()).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });

  test("what was saved or closed is there for the next process", async () => {
    const saved = await create();
    saved.offset = 5;
    saved.content = new Uint8Array([1, 2, 3, 4, 5]);
    await sessions.save(saved);
    const closed = await create();
    expect(await rowOf(closed.id)).toBeNull();
    await sessions.close();
    const next = new Sessions({ database, limitPerPrincipal: 3 });
    const found = await next.get(OPEN_ANONYMOUS, REPOSITORY, saved.id);
    expect(found).toMatchObject({ offset: 5, algorithm: "sha256", createdAt: saved.createdAt, hasRow: true });
    expect([...(found.content ?? [])]).toEqual([1, 2, 3, 4, 5]);
    expect((await next.get(OPEN_ANONYMOUS, REPOSITORY, closed.id)).offset).toBe(0);
    await next.close();
  });

  test("a principal has at most so many unfinished sessions; others are not held up", async () => {
    const mine = [await create(), await create(), await create()];
    await expect(create()).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });
    await sessions.create(SOMEONE, REPOSITORY, "sha512");
    const [first] = mine;
    if (first) sessions.forget(first);
    await create();
    await expect(create()).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });
  });

  test("those who work on one session take turns, also after a failure, and stop when it ends", async () => {
    const session = await create();
    const events: string[] = [];
    const turns = [
      sessions.inTurn(session, async () => {
        await Bun.sleep(5);
        events.push("first");
        throw new Error("no");
      }),
      sessions.inTurn(session, async () => {
        events.push("second");
        sessions.forget(session);
      }),
      sessions.inTurn(session, async () => {
        events.push("third");
      }),
    ];
    const outcomes = await Promise.allSettled(turns);
    expect(events).toEqual(["first", "second"]);
    expect(outcomes.map((it) => it.status)).toEqual(["rejected", "fulfilled", "rejected"]);
    expect(outcomes[2]).toMatchObject({ reason: { code: "BLOB_UPLOAD_UNKNOWN" } });
  });

  // A row that outlived its session would have the blob's own bytes removed when it expires.
  for (const order of ["the save first", "the end first"]) {
    test(`a session that ends while it is being saved leaves no row (${order})`, async () => {
      const session = await create();
      session.storageKey = "blobs/aa/aa";
      const end = () => database.write((trx) => sessions.end(trx, session));
      const save = () => sessions.close();
      await Promise.all(order === "the save first" ? [save(), end()] : [end(), save()]);
      expect(await rowOf(session.id)).toBeNull();
      expect(await sessions.expire(Date.now() + 1_000, 10)).toEqual([]);
    });
  }

  test("expiry ends what has not moved, in memory and in rows, and gives the keys of its bytes", async () => {
    const [old, unsaved, young] = [await create(), await create(), await create()];
    old.storageKey = "blobs/aa/aa";
    await sessions.save(old);
    await sessions.save(young);
    const limit = Date.now() + 1_000;
    young.updatedAt = limit + 1;
    expect(await sessions.expire(limit, 10)).toEqual(["blobs/aa/aa"]);
    expect(await rowOf(old.id)).toBeNull();
    for (const gone of [old, unsaved]) {
      await expect(sessions.get(OPEN_ANONYMOUS, REPOSITORY, gone.id)).rejects.toMatchObject({
        code: "BLOB_UPLOAD_UNKNOWN",
      });
    }
    expect(await sessions.get(OPEN_ANONYMOUS, REPOSITORY, young.id)).toBe(young);
    expect(sessions.size).toBe(1);
  });
});
