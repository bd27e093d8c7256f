/** Collecting, checking, backing up and restoring, for operators. */
import { implement } from "../../http/contract-routes.ts";
import { parseRepositoryName } from "../../oci/reference.ts";
import type { Progress } from "../lines.ts";
import type { BackingUp, Checking, Collecting, Indexing, Restoring } from "../parts.ts";
import { worksApi } from "../work-api.ts";
import type { Desk, OperatorRoute, Tell } from "./desk.ts";

const PROGRESS_MS = 200;

export function collectRoute(desk: Desk, collector: Collecting): OperatorRoute {
  return implement(worksApi.collect, {
    needs: null,
    handle: ({ body: { dryRun, now } }, extras) => {
      const options = now ? { graceMs: 0 } : {};
      if (dryRun) {
        return desk.follow(worksApi.collect, "plan of a garbage collection", extras, () => collector.plan(options));
      }
      desk.assertWritable();
      return desk.follow(worksApi.collect, "garbage collection", extras, async () => {
        await desk.record(extras.caller, "registry.gc", { now });
        return await collector.run(options);
      });
    },
  });
}

export function checkRoute(desk: Desk, fsck: Checking): OperatorRoute {
  return implement(worksApi.check, {
    needs: null,
    handle: ({ body: options }, extras) => {
      if (options.repair) desk.assertWritable();
      return desk.follow(worksApi.check, "check", extras, async (signal, tell) => {
        if (options.repair) await desk.record(extras.caller, "registry.repair", options);
        return await fsck.run({ ...options, signal, onFinding: (finding) => tell({ event: "finding", finding }) });
      });
    },
  });
}

export function backUpRoute(desk: Desk, backup: BackingUp): OperatorRoute {
  return implement(worksApi.backUp, {
    needs: null,
    handle: ({ body: options }, extras) =>
      desk.follow(worksApi.backUp, "backup", extras, async (signal, tell) => {
        await desk.record(extras.caller, "registry.backup", options);
        return await backup.run({ ...options, signal, onProgress: throttled(tell) });
      }),
  });
}

export function restoreRoute(desk: Desk, restore: Restoring): OperatorRoute {
  return implement(worksApi.restore, {
    needs: null,
    handle: ({ body }, extras) => {
      const { directory, archive, snapshot = "", repository, overwriteTags } = body;
      desk.assertWritable();
      const from =
        directory === undefined ? { snapshot } : { directory, ...(archive === undefined ? {} : { archive }) };
      const only = repository === undefined ? {} : { repository: parseRepositoryName(repository) };
      const { caller: principal } = extras;
      return desk.follow(worksApi.restore, "restore", extras, async (signal, tell) => {
        await desk.record(principal, "registry.restore", { ...from, repository, overwriteTags });
        return await restore.run({ from, principal, ...only, overwriteTags, signal, onProgress: throttled(tell) });
      });
    },
  });
}

export function reindexRoute(desk: Desk, indexer: Indexing): OperatorRoute {
  return implement(worksApi.reindex, {
    needs: null,
    handle: (_, extras) => {
      desk.assertWritable();
      return desk.follow(worksApi.reindex, "rebuild of the search's index", extras, async (signal, tell) => {
        const progress = throttled(tell);
        const onProgress = (done: number) => progress({ phase: "repositories", done, total: null, bytes: 0 });
        return { repositories: await indexer.rebuild(signal, onProgress) };
      });
    },
  });
}

/** Parts tell every step; a reader needs no more than some lines a second. */
function throttled(tell: Tell): (progress: Progress) => void {
  let last = 0;
  return (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    void tell({ event: "progress", progress });
  };
}
