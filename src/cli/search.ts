/** `berth search reindex`: the index of the search, made anew. */
import { parseArgs } from "node:util";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, follow, runCommand, withOperator } from "./operator.ts";
import { count, print, printJson, showProgress } from "./output.ts";

export const HELP = `usage: berth search reindex [--json] [flags]

Looks at every repository again and replaces what the search knows of it. A running server keeps
its index by itself, makes it anew after an upgrade that needs it and after a restore, and goes on
answering searches meanwhile: this command is for an index that is suspected to be wrong. It takes
about a minute of processor time for 100,000 repositories.

  --json            print the report as JSON
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

export async function run(args: string[]): Promise<void> {
  await runCommand("search", async () => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPERATOR_FLAGS });
    const [verb, ...more] = positionals;
    if (verb !== "reindex" || more.length > 0) throw new Error("say what to do: berth search reindex");
    const report = await withOperator(values, ({ works }) => follow(works.reindex.lines({}), showProgress));
    if (values.json) await printJson(report);
    else await print(`${count(report.repositories, "repository", "repositories")} indexed`);
    return 0;
  });
}
