/**
 * Plans at work: the gate before manifests, the gate of pushes, the checks of services, the counts behind them. Made only
 * where `limits.enabled` is true: without it no request is any different.
 */
import type { Access } from "../access/access.ts";
import type { Database } from "../database/database.ts";
import type { Gate } from "../registry/gates.ts";
import type { PullGate } from "../registry/pull-gates.ts";
import type { Recorder } from "../jobs/job-runs.ts";
import type { Log } from "../telemetry/log.ts";
import { PlanFinder } from "./plan-finder.ts";
import type { Plans } from "./plans.ts";
import { PullCounter } from "./pull-counter.ts";
import { pullLimit } from "./pull-limit.ts";
import type { Quotas } from "./quotas.ts";
import { Recount } from "./recount.ts";

export type LimitsParts = {
  database: Database;
  access: Access;
  plans: Plans;
  quotas: Quotas;
  jobs?: Recorder;
  log: Log;
  recountMs: number;
};

export class Limits {
  readonly gate: Gate;
  readonly pullGate: PullGate;
  readonly counter: PullCounter;
  readonly finder: PlanFinder;
  readonly recount: Recount;

  constructor({ database, access, plans, quotas, jobs, log, recountMs }: LimitsParts) {
    this.gate = quotas.gate;
    this.counter = new PullCounter({ database, log });
    this.finder = new PlanFinder({ database, access, plans });
    this.pullGate = pullLimit({ finder: this.finder, counter: this.counter });
    this.recount = new Recount({ database, ...(jobs === undefined ? {} : { jobs }), log, everyMs: recountMs });
    quotas.onFull = () => this.recount.soon();
  }

  /** Counts in the background from now on. */
  start(): void {
    this.counter.start();
    this.recount.start();
  }

  async close(): Promise<void> {
    await this.recount.close();
    await this.counter.close();
  }
}
