/** Prints the configuration's reference into the guide, and the example file beside it, from the schema. */
import { join } from "node:path";
import { formatExample, formatReference } from "../src/config-docs.ts";

const GUIDE = join(import.meta.dir, "../docs/guide");
const START = "<!-- printed by scripts/print-config-docs.ts: start -->";
const END = "<!-- printed by scripts/print-config-docs.ts: end -->";

/** What the files should hold now. The guide's own words around the reference are kept. */
export async function printConfigDocs(): Promise<{ path: string; text: string }[]> {
  const guide = join(GUIDE, "configuration.md");
  const old = await Bun.file(guide).text();
  const [before, rest] = old.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${guide} has lost its marks`);
  return [
    { path: guide, text: `${before}${START}\n\n${formatReference()}\n${END}${after}` },
    { path: join(GUIDE, "berth.example.yml"), text: formatExample() },
  ];
}

if (import.meta.main) {
  for (const { path, text } of await printConfigDocs()) await Bun.write(path, text);
}
