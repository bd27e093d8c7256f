/** Prints the table of rights into the guide's page on access, from `src/access/roles.ts`. */
import { join } from "node:path";
import { NEEDED_SCOPE } from "../src/access/ceiling.ts";
import {
  type AccountAction,
  type Action,
  NAMESPACE_ACTIONS,
  REPOSITORY_ACTIONS,
  ROLES,
  SYSTEM_ACTIONS,
} from "../src/access/roles.ts";

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
    return `| \`${action}\` | ${does} | ${marks.join(" | ")} | ${scopeOf(action as Action, false)} |`;
  });
  const listed = (actions: Record<string, { who: string; does: string }>) =>
    Object.entries(actions).map(
      ([action, { who, does }]) => `| \`${action}\` | ${does} | ${who} | ${scopeOf(action as Action, true)} |`,
    );
  return [
    `| on a repository | what | ${ROLES.join(" | ")} | limited token |`,
    `|---|---|${ROLES.map(() => "---|").join("")}---|`,
    ...repository,
    "",
    "| on a namespace | what | who | limited token |",
    "|---|---|---|---|",
    ...listed(NAMESPACE_ACTIONS),
    "",
    "| on an account | what | who | limited token |",
    "|---|---|---|---|",
    ...listed(ACCOUNT_ACTIONS),
    "",
    "| on the registry | what | who | limited token |",
    "|---|---|---|---|",
    ...listed(SYSTEM_ACTIONS),
    "",
  ].join("\n");
}

const ACCOUNT_ACTIONS: Record<AccountAction, { who: string; does: string }> = {
  "see-account": { who: "itself, auditor", does: "see name, address and role of an account" },
  "administer-account": {
    who: "itself",
    does: "change profile, password, second factors; see and end its logins and tokens",
  },
};

/** What a token that is limited by scopes must have to do it. */
function scopeOf(action: Action, isForAllNames: boolean): string {
  const needed = NEEDED_SCOPE[action];
  if (needed === "any") return "any";
  const own = action === "see-account" ? "any for its own; " : "";
  return `${own}\`${needed}\`${isForAllNames ? " on `*`" : ""}`;
}

if (import.meta.main) {
  const { path, text } = await printAccessDocs();
  await Bun.write(path, text);
}
