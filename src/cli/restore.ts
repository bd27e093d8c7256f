/** `berth restore`: brings back what a backup or a snapshot holds. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Config } from "../config.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import type { RestoreReport } from "../operator/api.ts";
import { assertExists, OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, follow, runCommand, withOperator } from "./operator.ts";
import { count, formatBytes, formatRows, formatTime, print, printDamages, printJson, showProgress } from "./output.ts";

export const HELP = `usage: berth restore DIRECTORY [--archive NAME] [--repository NAME] [--overwrite-tags] [--json] [flags]
       berth restore --snapshot latest|NAME [--repository NAME] [--overwrite-tags] [--json] [flags]

With no server running: restores everything into a database that is still empty. Broken off, the
same command goes on. With a server running: adds to it what it does not have any more; tags that
point elsewhere by now stay as they are, and so do accounts and rights.

  berth restore /mnt/backup/berth --data /srv/new           a new registry from the newest backup
  berth restore /mnt/backup/berth --repository team/app     one repository, back into a server
  berth restore --snapshot latest                           the database was lost, the blobs are
                                                            there: from the copy beside them

  --archive NAME     a backup other than the newest: the name of a file in DIRECTORY/rows
  --snapshot NAME    from a copy of the rows in the server's storage, by name; latest: the newest
  --repository NAME  of this repository alone (with a server running)
  --overwrite-tags   also move back tags that point elsewhere (with a server running)
  --json             print the report as JSON
${OPERATOR_FLAGS_HELP}
Exits with 0; with 1 when something could not be brought back, which is then listed; with 2 when
it could not be done.
`;

export async function run(args: string[]): Promise<void> {
  await runCommand("restore", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        archive: { type: "string" },
        snapshot: { type: "string" },
        repository: { type: "string" },
        "overwrite-tags": { type: "boolean", default: false },
      },
    });
    const { archive, snapshot, repository, "overwrite-tags": overwriteTags, json } = values;
    const [directory, ...more] = positionals;
    if (Boolean(directory) === Boolean(snapshot) || more.length > 0) {
      throw new Error("say from where: berth restore DIRECTORY, or berth restore --snapshot latest");
    }
    if (archive !== undefined && directory === undefined) throw new Error("--archive needs the directory of a backup");
    const body = {
      ...(directory === undefined ? { snapshot } : { directory: resolve(directory), archive }),
      ...(repository === undefined ? {} : { repository: parseRepositoryName(repository) }),
      overwriteTags,
    };
    const beforeRestore = (config: Config) => {
      if (directory !== undefined) assertBackup(resolve(directory));
      else if (config.storage.driver === "filesystem") assertExists(config.storage.directory, "storage");
    };
    const report = await withOperator({ ...values, beforeRestore }, ({ works }) =>
      follow(works.restore.lines({ body }), showProgress),
    );
    if (json) await printJson(report);
    else await describe(report);
    return report.damagedCount + report.refusedCount > 0 ? 1 : 0;
  });
}

function assertBackup(directory: string): void {
  if (!existsSync(directory)) throw new Error(`there is no directory ${directory}`);
  if (!existsSync(join(directory, "rows"))) throw new Error(`${directory} is no backup: it has no folder rows`);
}

async function describe(report: RestoreReport): Promise<void> {
  const { repositories, manifests = 0, tags = 0, blobs, repository_blobs: links = 0, accounts = 0 } = report.rows;
  await print(`restored from ${report.archive}, taken ${formatTime(report.takenAt)}`);
  // Into an empty database everything comes as it was, tags with their history; else what was missing is added.
  const isWhole = repositories !== undefined;
  await print(
    formatRows([
      ...(isWhole ? [["repositories", String(repositories)] as const] : []),
      [isWhole ? "manifests" : "manifests added", String(manifests)],
      [isWhole ? "rows of tags" : "tags added", String(tags)],
      [isWhole ? "blobs" : "blobs added", String(blobs ?? links)],
      ...(isWhole ? [["accounts", String(accounts)] as const] : []),
      ["bytes copied", formatBytes(report.copiedBytes)],
    ]),
  );
  if (!isWhole) await print("accounts and rights are as they were here: those of the archive were left in it");
  else if (accounts > 0) {
    await print(
      "put your copy of the secret key file in its place before the server starts: it opens the secrets in the rows",
    );
  }
  if (report.unnamedFiles > 0) {
    await print(
      `${count(report.unnamedFiles, "stored file")} that no row names, pushed later or left by a restore that was broken off: kept for a week`,
    );
  }
  for (const { repository, reference, reason } of report.refused) {
    await print(`left out ${repository}${reference.includes(":") ? "@" : ":"}${reference}: ${reason}`);
  }
  if (report.refusedCount > report.refused.length) {
    await print(`… and ${report.refusedCount - report.refused.length} more`);
  }
  if (report.refusedCount > 0) await print(`${report.refusedCount} left out`);
  await printDamages(report.damaged, report.damagedCount);
}
