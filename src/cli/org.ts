/** `berth org`: organisations and who belongs to them, for whoever runs the server. */
import { parseArgs } from "node:util";
import type { OperatorOrg, OrgMember, OrgMemberPage, OrgPage } from "../operator/org-api.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, runCommand, withOperator } from "./operator.ts";
import { count, formatTime, print, printJson } from "./output.ts";

export const HELP = `usage: berth org list [--json] [flags]
       berth org create NAME [--owner ACCOUNT] [--json] [flags]
       berth org members NAME [--json] [flags]
       berth org add-member NAME ACCOUNT [--owner] [--json] [flags]
       berth org remove-member NAME ACCOUNT [--json] [flags]

  berth org list                        organisations, and people's own namespaces
  berth org create acme --owner ada     without an owner it is for administrators alone
  berth org add-member acme bob         a member; with --owner an owner, who may everything in it. A
                                        member who is there already becomes what is said
  berth org remove-member acme bob      with their places in teams and what was granted to them here.
                                        The last owner cannot go

  --json            print JSON, one object a line
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

type Options = { config?: string | undefined; data?: string | undefined; json: boolean };

export async function run(args: string[]): Promise<void> {
  await runCommand("org", async () => {
    const [verb, ...rest] = args;
    if (verb === undefined || verb.startsWith("-"))
      throw new Error("say what to do: berth org list, create, members, add-member or remove-member");
    if (!Object.hasOwn(VERBS, verb))
      throw new Error(`there is no 'berth org ${verb}'; berth org --help lists what there is`);
    await VERBS[verb]?.(rest);
    return 0;
  });
}

const FLAGS = { ...OPERATOR_FLAGS, json: { type: "boolean", default: false } } as const;

const VERBS: Record<string, (args: string[]) => Promise<void>> = {
  list: async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: FLAGS });
    take(positionals, []);
    await list(values);
  },
  create: async (args) => {
    const options = { ...FLAGS, owner: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [name] = take(positionals, ["NAME"]);
    const { owner = null } = values;
    // The answer to this path.
    const made = (await withOperator(values, (it) => it.post("org/create", { name, owner }))) as OperatorOrg;
    await show(values, made, `${made.name} is there${owner === null ? "" : `; ${owner} owns it`}`);
  },
  members: async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: FLAGS });
    const [name = ""] = take(positionals, ["NAME"]);
    await members(values, name);
  },
  "add-member": async (args) => {
    const options = { ...FLAGS, owner: { type: "boolean", default: false } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [name, account] = take(positionals, ["NAME", "ACCOUNT"]);
    const body = { name, account, role: values.owner ? "owner" : "member" };
    // The answer to this path.
    const member = (await withOperator(values, (it) => it.post("org/add", body))) as OrgMember;
    await show(values, member, `${member.account} is ${member.role} of ${name}`);
  },
  "remove-member": async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: FLAGS });
    const [name, account] = take(positionals, ["NAME", "ACCOUNT"]);
    const removed = await withOperator(values, (it) => it.post("org/remove", { name, account }));
    await show(values, removed, `${account} is no member of ${name} any more`);
  },
};

/** As many names as there are words for them. */
function take(positionals: readonly string[], words: readonly string[]): readonly string[] {
  const missing = words[positionals.length];
  if (missing !== undefined) throw new Error(`say ${words.join(" and ")}: ${missing} is missing`);
  const more = positionals.slice(words.length);
  if (more.length > 0) throw new Error(`'${more.join(" ")}' was not expected`);
  return positionals;
}

async function show(options: Options, value: unknown, text: string): Promise<void> {
  await (options.json ? printJson(value) : print(text));
}

async function list(options: Options): Promise<void> {
  await withOperator(options, async (operator) => {
    let shown = 0;
    for (let after: string | null = ""; after !== null;) {
      const query = new URLSearchParams({ after });
      // The answer to this path.
      const page = (await operator.get(`orgs?${query.toString()}`)) as OrgPage;
      for (const it of page.namespaces) {
        const kind = it.kind === "user" ? "a person's own" : "organisation";
        await show(options, it, `${formatTime(it.createdAt)}  ${it.name.padEnd(24)}  ${kind}`);
      }
      shown += page.namespaces.length;
      after = page.next;
    }
    if (!options.json) await print(count(shown, "namespace"));
  });
}

async function members(options: Options, name: string): Promise<void> {
  await withOperator(options, async (operator) => {
    let shown = 0;
    for (let after: number | null = 0; after !== null;) {
      const query = new URLSearchParams({ name, after: String(after) });
      // The answer to this path.
      const page = (await operator.get(`org/members?${query.toString()}`)) as OrgMemberPage;
      for (const it of page.members) {
        await show(options, it, `${formatTime(it.createdAt)}  ${it.account.padEnd(24)}  ${it.role}`);
      }
      shown += page.members.length;
      after = page.next;
    }
    if (!options.json) await print(count(shown, "member"));
  });
}
