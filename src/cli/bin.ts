/** `berth bin`: what was deleted and can be had back. */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import type { BinEntry, Step } from "../operator/api.ts";
import { parseImageName } from "./image-name.ts";
import {
  OPERATOR_FLAGS,
  OPERATOR_FLAGS_HELP,
  follow,
  runCommand,
  withOperator,
  type OperatorFlags,
} from "./operator.ts";
import { count, formatBytes, formatDuration, formatTime, print, printJson, write } from "./output.ts";

export const HELP = `usage: berth bin list [REPOSITORY] [--json] [flags]
       berth bin restore REPOSITORY[:TAG|@DIGEST] [--json] [flags]
       berth bin empty REPOSITORY[:TAG|@DIGEST] | --all [--yes] [--json] [flags]

What is deleted stays in the recycle bin for bin.keepSeconds (7 days), hidden from every client.

  berth bin list                      everything that can be had back, newest first
  berth bin list team/app             of one repository
  berth bin restore team/app:v1       the tag, and its manifest if that was deleted too
  berth bin restore team/app@sha256:… the manifest, and the tags that were deleted with it
  berth bin restore team/app          everything of this repository
  berth bin empty team/app@sha256:…   for good, now: a leaked secret, say; berth gc --now then
                                      deletes its bytes, also those that were just pushed
  berth bin empty team/app            everything of this repository
  berth bin empty --all --yes         all of it, without asking

A tag that was pushed again since is not overwritten. Emptying by itself frees no disk: that is the
garbage collector's part, which waits for the lease of blobs that were pushed within the last day
(gc.leaseSeconds) and then for their grace; berth gc --dry-run says how much waits for what.

  --all             the bin of every repository
  --yes             do not ask; needed where there is no terminal to ask at
  --json            print JSON, one object a line
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

const PAGE = 500;

type Options = OperatorFlags & { all: boolean; yes: boolean };

export async function run(args: string[]): Promise<void> {
  await runCommand("bin", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        all: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
    });
    const [verb, name, ...more] = positionals;
    if (verb === undefined) throw new Error("say what to do: berth bin list, berth bin restore or berth bin empty");
    if (more.length > 0) throw new Error(`'${more.join(" ")}' was not expected: one name is taken`);
    if (verb !== "empty" && (values.all || values.yes)) throw new Error("--all and --yes are for berth bin empty");
    if (verb === "list") await list(values, name);
    else if (verb === "restore") await restore(values, name);
    else if (verb === "empty") return await empty(values, name);
    else throw new Error(`there is no 'berth bin ${verb}': list, restore and empty are there`);
    return 0;
  });
}

async function list(options: Options, name: string | undefined): Promise<void> {
  const image = name === undefined ? null : parseImageName(name);
  if (image?.reference !== undefined) throw new Error(`berth bin list takes a repository: ${image.repository}`);
  await withOperator(options, async ({ bin }) => {
    const sum = { entries: 0, bytes: 0 };
    for await (const entry of bin.list.each({ query: { limit: PAGE, repository: image?.repository } })) {
      if (options.json) {
        await printJson(entry);
        continue;
      }
      if (sum.entries === 0) await print(row("DELETED", "BY", "KEPT FOR", "SIZE", "NAME"));
      sum.entries += 1;
      if (entry.kind === "manifest") sum.bytes += entry.sizeBytes ?? 0;
      await print(describe(entry));
    }
    if (options.json) return;
    const manifests = sum.bytes > 0 ? `, manifests of ${formatBytes(sum.bytes)}` : "";
    await print(
      sum.entries === 0 ? "the recycle bin is empty" : `${count(sum.entries, "entry", "entries")}${manifests}`,
    );
  });
}

function describe(entry: BinEntry): string {
  const { kind, repository, reference, digest, sizeBytes, deletedAt, deletedBy, purgedAt } = entry;
  const name = kind === "tag" ? `${repository}:${reference} -> ${digest}` : `${repository}@${digest}`;
  const size = sizeBytes === null ? "gone" : formatBytes(sizeBytes);
  return row(formatTime(deletedAt), deletedBy ?? "-", formatDuration(purgedAt - Date.now()), size, name);
}

function row(deleted: string, by: string, keptFor: string, size: string, name: string): string {
  return `${deleted.padEnd(16)}  ${by.padEnd(9)}  ${keptFor.padEnd(9)}  ${size.padStart(9)}  ${name}`;
}

async function restore(options: Options, name: string | undefined): Promise<void> {
  if (name === undefined)
    throw new Error(
      "say what to restore: berth bin restore REPOSITORY[:TAG|@DIGEST]; berth bin list shows what there is",
    );
  const image = parseImageName(name);
  const onStep = async (step: Step) => {
    if (step.event !== "restored" || options.json) return;
    const { digest, tags } = step.restored;
    await print(`${image.repository}@${digest}${tags.length > 0 ? `, ${tags.join(", ")}` : ""}`);
  };
  const sum = await withOperator(options, ({ bin }) => follow(bin.restore.lines({ body: image }), onStep));
  if (options.json) return await printJson(sum);
  await print(
    sum.manifests + sum.tags === 0
      ? `nothing of ${image.repository} is in the recycle bin`
      : `there again: ${count(sum.manifests, "manifest")}, ${count(sum.tags, "tag")}`,
  );
}

async function empty(options: Options, name: string | undefined): Promise<number> {
  if ((name === undefined) !== options.all) {
    throw new Error("say what to empty: berth bin empty REPOSITORY[:TAG|@DIGEST], or --all for every repository");
  }
  const what = name === undefined ? { all: true } : parseImageName(name);
  if (!options.yes && !(await confirm(name ?? "every repository"))) {
    await print("nothing was changed");
    return 2;
  }
  const sum = await withOperator(options, ({ bin }) => follow(bin.empty.lines({ body: what })));
  if (options.json) await printJson(sum);
  else await print(`removed for good: ${count(sum.manifests, "manifest")}, ${count(sum.tags, "tag")}`);
  return 0;
}

async function confirm(what: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error("there is no terminal to ask at: add --yes to remove it for good");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`What was deleted of ${what} cannot be restored afterwards. Go on? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    // Ctrl-C and Ctrl-D are a no.
    if (!(error instanceof Error) || error.name !== "AbortError") throw error;
    await write(process.stderr, "\n");
    return false;
  } finally {
    terminal.close();
  }
}
