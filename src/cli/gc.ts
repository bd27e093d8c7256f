/** `berth gc`: a pass of the garbage collector now, or what one would do. */
import { parseArgs } from "node:util";
import type { Amount, GcReport } from "../operator/api.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, follow, runCommand, withOperator } from "./operator.ts";
import { count, formatBytes, formatRows, print, printJson } from "./output.ts";

export const HELP = `usage: berth gc [--dry-run] [--now] [--json] [flags]

Collects what nothing needs any more: entries of the recycle bin past their time, blobs that no
manifest names once their lease is over, and the bytes of blobs that no repository has. A running
server does this by itself every minute (gc.intervalSeconds); this command does it at once. It
may run while clients push and pull.

  berth gc --dry-run     what a pass would free now and what later ones will, without freeing it
  berth gc               one pass now
  berth gc --now         also the bytes that would be kept for another gc.graceSeconds (7200):
                         backups and snapshots that are older than this pass may then miss them

  --dry-run         change nothing
  --now             without the time of grace
  --json            print the report as JSON
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

export async function run(args: string[]): Promise<void> {
  await runCommand("gc", async () => {
    const { values } = parseArgs({
      args,
      options: {
        ...OPERATOR_FLAGS,
        "dry-run": { type: "boolean", default: false },
        now: { type: "boolean", default: false },
      },
    });
    const dryRun = values["dry-run"];
    const { now } = values;
    const report = await withOperator(values, ({ works }) => follow(works.collect.lines({ body: { dryRun, now } })));
    if (values.json) await printJson(report);
    else await print(describe(report, dryRun));
    return 0;
  });
}

function describe({ binned, links, waiting, heldBy, ...freed }: GcReport, dryRun: boolean): string {
  const { bin, lease, grace } = waiting;
  const lines = [
    dryRun ? "a pass now would remove" : "removed",
    formatRows([
      ["from the recycle bin", entries(binned)],
      ["from repositories", `${count(links, "blob")} that no manifest names`],
      ["from the disk", amount(freed)],
    ]),
    dryRun ? "later passes will free, unless it is used again" : "left for later passes, unless it is used again",
    formatRows([
      ["within its grace", amount(grace)],
      ["within its lease", amount(lease)],
      ["in the recycle bin", `${amount(bin)}; ${entries(bin)}`],
    ]),
  ];
  if (heldBy !== null) lines.push(`no bytes are deleted at the moment: ${heldBy}`);
  return lines.join("\n");
}

function entries({ manifests, tags }: GcReport["binned"]): string {
  return `${count(manifests, "manifest")}, ${count(tags, "tag")}`;
}

function amount({ blobs, bytes }: Amount): string {
  return `${count(blobs, "blob")}, ${formatBytes(bytes)}`;
}
