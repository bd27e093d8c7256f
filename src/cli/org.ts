/** `berth org`: organisations and who belongs to them, for whoever runs the server. */
import { parseArgs } from "node:util";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, runCommand, withOperator, type OperatorFlags } from "./operator.ts";
import { count, formatTime, print, printJson } from "./output.ts";

export const HELP = `usage: berth org list [--json] [flags]
       berth org create NAME [--owner ACCOUNT] [--json] [flags]
       berth org members NAME [--json] [flags]
       berth org add-member NAME ACCOUNT [--owner] [--json] [flags]
       berth org remove-member NAME ACCOUNT [--json] [flags]
       berth org hand-over NAME ACCOUNT [--json] [flags]

  berth org list                        organisations, and people's own namespaces
  berth org create acme --owner ada     without an owner it is for administrators alone
  berth org add-member acme bob         a member; with --owner an owner, who may everything in it. A
                                        member who is there already becomes what is said
  berth org remove-member acme bob      with their places in teams and what was granted to them here.
                                        The last owner cannot go
  berth org hand-over ada ada-2         the organisation ada, which nobody but administrators is in, becomes
                                        the own namespace of ada-2, whose account is called ada then

  --json            print JSON, one object a line
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

const PAGE = 500;

export async function run(args: string[]): Promise<void> {
  await runCommand("org", async () => {
    const [verb, ...rest] = args;
    if (verb === undefined || verb.startsWith("-"))
      throw new Error("say what to do: berth org list, create, members, add-member, remove-member or hand-over");
    if (!Object.hasOwn(VERBS, verb))
      throw new Error(`there is no 'berth org ${verb}'; berth org --help lists what there is`);
    await VERBS[verb]?.(rest);
    return 0;
  });
}

const VERBS: Record<string, (args: string[]) => Promise<void>> = {
  list: async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPERATOR_FLAGS });
    take(positionals, []);
    await list(values);
  },
  create: async (args) => {
    const options = { ...OPERATOR_FLAGS, owner: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [name = ""] = take(positionals, ["NAME"]);
    const { owner = null } = values;
    const made = await withOperator(values, ({ organisations }) => organisations.create({ body: { name, owner } }));
    await show(values, made, `${made.name} is there${owner === null ? "" : `; ${owner} owns it`}`);
  },
  members: async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPERATOR_FLAGS });
    const [name = ""] = take(positionals, ["NAME"]);
    await members(values, name);
  },
  "add-member": async (args) => {
    const options = { ...OPERATOR_FLAGS, owner: { type: "boolean", default: false } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [name = "", account = ""] = take(positionals, ["NAME", "ACCOUNT"]);
    const body = { name, account, role: values.owner ? ("owner" as const) : ("member" as const) };
    const member = await withOperator(values, ({ organisations }) => organisations.putMember({ body }));
    await show(values, member, `${member.account} is ${member.role} of ${name}`);
  },
  "remove-member": async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPERATOR_FLAGS });
    const [name = "", account = ""] = take(positionals, ["NAME", "ACCOUNT"]);
    const body = { name, account };
    const removed = await withOperator(values, ({ organisations }) => organisations.removeMember({ body }));
    await show(values, removed, `${account} is no member of ${name} any more`);
  },
  "hand-over": async (args) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPERATOR_FLAGS });
    const [name = "", account = ""] = take(positionals, ["NAME", "ACCOUNT"]);
    const body = { name, account };
    const given = await withOperator(values, ({ organisations }) => organisations.handOver({ body }));
    await show(values, given, `${given.name} is a person's own namespace now, and ${account} is called ${given.name}`);
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

async function show(options: OperatorFlags, value: unknown, text: string): Promise<void> {
  await (options.json ? printJson(value) : print(text));
}

async function list(options: OperatorFlags): Promise<void> {
  await withOperator(options, async ({ organisations }) => {
    let shown = 0;
    for await (const it of organisations.list.each({ query: { limit: PAGE } })) {
      shown += 1;
      const kind = it.kind === "user" ? "a person's own" : "organisation";
      await show(options, it, `${formatTime(it.createdAt)}  ${it.name.padEnd(24)}  ${kind}`);
    }
    if (!options.json) await print(count(shown, "namespace"));
  });
}

async function members(options: OperatorFlags, name: string): Promise<void> {
  await withOperator(options, async ({ organisations }) => {
    let shown = 0;
    for await (const it of organisations.members.each({ query: { name, limit: PAGE } })) {
      shown += 1;
      await show(options, it, `${formatTime(it.createdAt)}  ${it.account.padEnd(24)}  ${it.role}`);
    }
    if (!options.json) await print(count(shown, "member"));
  });
}
