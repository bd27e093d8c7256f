/** Prints the table of rights into the guide's page on access, from `src/access/roles.ts`. */
import { join } from "node:path";
import { NAMESPACE_ACTIONS, REPOSITORY_ACTIONS, ROLES, SYSTEM_ACTIONS } from "../src/access/roles.ts";

const PAGE = join(import.meta.dir, "../docs/guide/access.md");
const START = "<!-- printed by scripts/print-access-docs.ts: start -->";
const END = "<!-- printed by scripts/print-access-docs.ts: end -->";

/** What the page should hold now. Its own words around the table are kept. */
export async function printAccessDocs(): Promise<{ path: string; text: string }> {
  const old = await Bun.file(PAGE).text();
  const [before, rest] = old.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${PAGE} has lost its marks`);
  return { path: PAGE, text: `${before}${START}\n\n${formatRights()}\n${END}${after}` };
}

function formatRights(): string {
  const repository = Object.entries(REPOSITORY_ACTIONS).map(([action, { role, does }]) => {
    const marks = ROLES.map((it) => (ROLES.indexOf(it) >= ROLES.indexOf(role) ? "yes" : "–"));
    return `| \`${action}\` | ${does} | ${marks.join(" | ")} |`;
  });
  const listed = (actions: Record<string, { who: string; does: string }>) =>
    Object.entries(actions).map(([action, { who, does }]) => `| \`${action}\` | ${does} | ${who} |`);
  return [
    `| on a repository | what | ${ROLES.join(" | ")} |`,
    `|---|---|${ROLES.map(() => "---|").join("")}`,
    ...repository,
    "",
    "| on a namespace | what | who |",
    "|---|---|---|",
    ...listed(NAMESPACE_ACTIONS),
    "",
    "| on the registry | what | who |",
    "|---|---|---|",
    ...listed(SYSTEM_ACTIONS),
    "",
  ].join("\n");
}

if (import.meta.main) {
  const { path, text } = await printAccessDocs();
  await Bun.write(path, text);
}
