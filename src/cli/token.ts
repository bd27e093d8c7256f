/** `berth token`: access tokens of any account, for whoever runs the server. */
import { parseArgs } from "node:util";
import type { OperatorToken } from "../operator/api.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, runCommand, withOperator, type OperatorFlags } from "./operator.ts";
import { count, formatTime, print, printJson } from "./output.ts";

export const HELP = `usage: berth token create ACCOUNT NAME [--scope ACTIONS:PATTERN]... [--expires DAYS|never] [--json] [flags]
       berth token list ACCOUNT [--json] [flags]
       berth token revoke ACCOUNT ID [--json] [flags]

  berth token create ada ci --scope pull,push:acme/*
                            a token that stands for ada where acme's repositories are pulled or pushed
  berth token list ada      her tokens, and what docker login keeps
  berth token revoke ada 7  it is worth nothing from the next request on

The token's text is printed once and kept nowhere. A token never may more than its account.

  --scope ACTIONS:PATTERN  of pull, push, delete and manage, on repositories whose names match; *
                           stands for any characters. May be given several times; without it the
                           token may all that the account may
  --expires DAYS           how long it is valid (default: 90)
  --json                   print JSON, one object a line
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

const PAGE = 500;
const DAY_MS = 86_400_000;

type Scope = NonNullable<OperatorToken["scopes"]>[number];

type Options = OperatorFlags & { scope?: string[] | undefined; expires: string };

export async function run(args: string[]): Promise<void> {
  await runCommand("token", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        scope: { type: "string", multiple: true },
        expires: { type: "string", default: "90" },
      },
    });
    const [verb, account, what, ...more] = positionals;
    if (verb === undefined) throw new Error("say what to do: berth token create, list or revoke");
    if (account === undefined) throw new Error(`say whose: berth token ${verb} ACCOUNT`);
    if (more.length > 0) throw new Error(`'${more.join(" ")}' was not expected`);
    if (verb === "create") await create(values, account, what);
    else if (verb === "list") await list(values, account);
    else if (verb === "revoke") await revoke(values, account, what);
    else throw new Error(`there is no 'berth token ${verb}': create, list and revoke are there`);
    return 0;
  });
}

async function create(options: Options, account: string, name: string | undefined): Promise<void> {
  if (name === undefined) throw new Error(`say what to call it: berth token create ${account} NAME`);
  const scopes = options.scope?.map(parseScope) ?? null;
  const expiresAt = parseExpiry(options.expires);
  const body = { account, name, scopes, expiresAt };
  const made = await withOperator(options, ({ tokens }) => tokens.create({ body }));
  if (options.json) await printJson(made);
  else await print(made.text);
}

function parseScope(text: string): Scope {
  const [, actions = "", pattern = ""] = /^([a-z,]+):(.+)$/.exec(text) ?? [];
  if (actions === "") throw new Error(`'${text}' is no scope: write actions and a pattern, such as pull,push:acme/*`);
  // The server says which of them there are.
  return { actions: actions.split(",") as Scope["actions"], pattern };
}

function parseExpiry(text: string): number | null {
  if (text === "never") return null;
  if (/^[1-9]\d{0,3}$/.test(text)) return Date.now() + Number(text) * DAY_MS;
  throw new Error("--expires takes a number of days, up to 9999, or never");
}

async function list(options: Options, account: string): Promise<void> {
  await withOperator(options, async (operator) => {
    let tokens = 0;
    for await (const token of operator.tokens.list.each({ query: { name: account, limit: PAGE } })) {
      tokens += 1;
      if (options.json) await printJson(token);
      else await print(describe(token));
    }
    if (!options.json) await print(count(tokens, "token"));
  });
}

function describe({ id, hint, name, scopes, expiresAt, lastUsedAt }: OperatorToken): string {
  const reach = scopes?.map((it) => `${it.actions.join(",")}:${it.pattern}`).join(" ") ?? "everything";
  const isOver = expiresAt !== null && expiresAt <= Date.now();
  const end = expiresAt === null ? "never expires" : `${isOver ? "expired" : "expires"} ${formatTime(expiresAt)}`;
  const used = lastUsedAt === null ? "never used" : `used ${formatTime(lastUsedAt)}`;
  return `${String(id).padStart(6)}  ${hint}  ${name}: ${reach}; ${end}, ${used}`;
}

async function revoke(options: Options, account: string, id: string | undefined): Promise<void> {
  if (id === undefined || !/^\d{1,15}$/.test(id)) {
    throw new Error(`say which by its number: berth token list ${account} shows them`);
  }
  await withOperator(options, ({ tokens }) => tokens.revoke({ body: { account, id: Number(id) } }));
  if (options.json) await printJson({ id: Number(id) });
  else await print(`token ${id} of ${account} is revoked`);
}
