import { expect, test } from "bun:test";
import { ANONYMOUS, type Principal } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { Search } from "./search.ts";

const ANN: Principal = {
  ...ANONYMOUS,
  kind: "person",
  id: "account:1",
  name: "ann",
  rights: {
    accountId: 1,
    name: "ann",
    kind: "person",
    systemRole: "none",
    confinedTo: null,
    memberships: new Map(),
    grants: new Map(),
    everywhere: null,
  },
};

test("however many strangers search at once, who has an account is answered", async () => {
  const held = Promise.withResolvers<void>();
  const search = new Search({
    // Signs alone are no words: nothing is looked for.
    database: null as unknown as Database,
    indexer: { catchUp: () => held.promise, listBehind: () => Promise.resolve([]) },
    findNamespace: () => Promise.resolve(null),
  });
  const query = { text: "!", order: "relevance" } as const;
  const strangers = Array.from({ length: 200 }, () => search.find(ANONYMOUS, query));
  const own = Array.from({ length: 40 }, () => search.find(ANN, query));
  held.resolve();
  expect((await Promise.allSettled(own)).map((it) => it.status)).toEqual(own.map(() => "fulfilled"));
  const answered = (await Promise.allSettled(strangers)).filter((it) => it.status === "fulfilled");
  expect(answered.length).toBe(50);
});
