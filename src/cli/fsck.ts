/** `berth fsck`: does everything that the rows say exist, and is it what it was when it was pushed? */
import { parseArgs } from "node:util";
import type { Finding, FsckReport, Step } from "../operator/api.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, follow, runCommand, withOperator } from "./operator.ts";
import { count, formatBytes, formatRows, print, printJson } from "./output.ts";

export const HELP = `usage: berth fsck [--repair] [--fast] [--json] [flags]

Compares the rows with the stored bytes, and the bytes with their digests, and names everything
that does not fit. It may run while clients push and pull.

  berth fsck                what is wrong, if anything: reads and hashes every blob
  berth fsck --fast         looks for files and sizes only: finds what is missing, not what rotted
  berth fsck --repair       does for each finding what its line says

  --repair          act on what is found
  --fast            do not read stored bytes
  --json            print findings and the report as JSON, one object a line
${OPERATOR_FLAGS_HELP}
Exits with 0 when all is well (or has been repaired), 1 when findings are left, 2 when it could not run.
`;

export async function run(args: string[]): Promise<void> {
  await runCommand("fsck", async () => {
    const { values } = parseArgs({
      args,
      options: {
        ...OPERATOR_FLAGS,
        repair: { type: "boolean", default: false },
        fast: { type: "boolean", default: false },
      },
    });
    const { repair, json } = values;
    let repairable = 0;
    const onStep = async (step: Step) => {
      if (step.event !== "finding") return;
      if (step.finding.repair !== null) repairable += 1;
      await (json ? printJson(step.finding) : print(describe(step.finding)));
    };
    const body = { repair, readBytes: !values.fast };
    const report = await withOperator(values, ({ works }) => follow(works.check.lines({ body }), onStep));
    await (json ? printJson(report) : print(summarise(report, repair, repairable)));
    return report.findings > report.repaired ? 1 : 0;
  });
}

function describe({ kind, subject, message, repair, repaired }: Finding): string {
  const then = repair === null ? "no repair" : `${repaired ? "repaired" : "repair"}: ${repair}`;
  return `${kind}  ${subject}\n  ${message}\n  ${then}`;
}

function summarise({ checked, findings, repaired }: FsckReport, repair: boolean, repairable: number): string {
  const lines = [
    "checked",
    formatRows([
      ["blobs", `${checked.blobs}, ${formatBytes(checked.bytesRead)} read`],
      ["manifests", String(checked.manifests)],
      ["tags", String(checked.tags)],
      ["uploads", String(checked.uploads)],
      ["files", String(checked.files)],
    ]),
  ];
  if (findings === 0) lines.push("sound");
  else if (repair) lines.push(`${count(findings, "finding")}, ${repaired} repaired`);
  else if (repairable === 0) lines.push(`${count(findings, "finding")}, none of which a repair can mend`);
  else lines.push(`${count(findings, "finding")}; berth fsck --repair acts on ${repairable}`);
  return lines.join("\n");
}
