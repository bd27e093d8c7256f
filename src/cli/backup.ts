/** `berth backup`: a copy of everything in a directory, made while serving. */
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Config } from "../config.ts";
import type { BackupReport } from "../operator/api.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, follow, runCommand, withOperator, type Operator } from "./operator.ts";
import { formatBytes, formatRows, print, printDamages, printJson, showProgress } from "./output.ts";

export const HELP = `usage: berth backup DIRECTORY [--verify] [--json] [flags]

Copies the rows of one moment, accounts and rights among them, and every blob that they name,
into a directory. Blobs that are there already are not copied again, so the second backup into a
directory costs only what is new. The secret key file is not in it: keep a copy of that elsewhere.
The server goes on serving, and writes the copy itself: the directory must be one that its user
can write in.

  berth backup /mnt/backup/berth              everything the first time, then what is new
  berth backup /mnt/backup/berth --verify     hashes also what is there already, and copies anew
                                              what is wrong there

  --verify          trust nothing that is in the directory
  --json            print the report as JSON
${OPERATOR_FLAGS_HELP}
Exits with 0; with 1 when it is complete but for blobs that are damaged here; with 2 when it could
not be done, and then the directory holds no new backup.
`;

export async function run(args: string[]): Promise<void> {
  await runCommand("backup", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        verify: { type: "boolean", default: false },
      },
    });
    const [directory, ...more] = positionals;
    if (!directory || more.length > 0) throw new Error("say where to: berth backup DIRECTORY");
    const body = { directory: resolve(directory), verify: values.verify };
    let keyFile = "";
    const backUp = async (operator: Operator, config: Config) => {
      assertApart(body.directory, config);
      keyFile = config.secretKeyFile ?? join(resolve(config.data.directory), "keys/secret.key");
      return await follow(operator.works.backUp.lines({ body }), showProgress);
    };
    const report = await withOperator(values, backUp);
    if (values.json) await printJson(report);
    else await describe(report, keyFile);
    return report.damagedCount > 0 ? 1 : 0;
  });
}

/** A copy among what it is a copy of is lost with it, and its folder `blobs` would be the storage's own. */
function assertApart(directory: string, { data, storage }: Config): void {
  const own = [data.directory, ...(storage.driver === "filesystem" ? [storage.directory] : [])];
  for (const place of own) {
    if (!/^\.\.(\/|$)/.test(relative(resolve(place), directory))) {
      throw new Error(`${directory} is in ${place}, which is to be backed up: choose a directory elsewhere`);
    }
  }
}

async function describe(report: BackupReport, keyFile: string): Promise<void> {
  const { archive, rows, blobs, damaged, damagedCount } = report;
  const { repositories = 0, manifests = 0, tags = 0, accounts = 0 } = rows;
  await print(`backed up to ${archive}`);
  await print(
    formatRows([
      ["repositories", String(repositories)],
      ["manifests", String(manifests)],
      // One for each manifest that a tag pointed to.
      ["rows of tags", String(tags)],
      ["accounts", String(accounts)],
      ["blobs copied", `${blobs.copied}, ${formatBytes(blobs.copiedBytes)}`],
      ["there already", String(blobs.present)],
    ]),
  );
  // Whoever has the backup and the key can read what the database seals.
  if (accounts > 0) await print(`not in it: the key that opens its secrets. Keep a copy of ${keyFile} apart from it`);
  await printDamages(damaged, damagedCount);
}
