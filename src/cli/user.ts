/** `berth user`: the accounts of people and robots, for whoever runs the server. */
import { parseArgs } from "node:util";
import type { OperatorAccount } from "../operator/api.ts";
import { printPassword } from "./admin.ts";
import { PASSWORD_FLAGS, passwordFor, type PasswordFlags } from "./ask-password.ts";
import {
  OPERATOR_FLAGS,
  OPERATOR_FLAGS_HELP,
  runCommand,
  withOperator,
  type Operator,
  type OperatorFlags,
} from "./operator.ts";
import { count, formatRows, formatTime, print, printJson } from "./output.ts";

export const HELP = `usage: berth user list [PREFIX] [--json] [flags]
       berth user show NAME [--json] [flags]
       berth user create NAME [--email ADDRESS] [--password-stdin|--generate] [--json] [flags]
       berth user disable|enable NAME [--json] [flags]
       berth user set-role NAME none|auditor|administrator [--json] [flags]
       berth user revoke NAME [--json] [flags]
       berth user reset-factors NAME [--json] [flags]

  berth user list           everybody; berth user list ada: those whose names begin so
  berth user create bob     a person who may do what they are granted, once there is an administrator
  berth user set-role bob auditor
                            reads everything and changes nothing; administrator may everything, none
                            only what was granted. Sessions end; the last administrator stays one
  berth user revoke bob     ends sessions, logins of docker and all access tokens; the password stays
  berth user reset-factors bob
                            takes away authenticator apps, passkeys and backup codes that were lost: the
                            password is enough to log in then; sessions and logins of docker end

berth admin reset-password gives a new password.

  --email ADDRESS   the person's address, still to be confirmed
  --password-stdin  read the password from the first line of standard input
  --generate        make a password up and print it; else it is asked for at the terminal
  --json            print JSON, one object a line
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

const PAGE = 500;

type Options = OperatorFlags & PasswordFlags & { email?: string | undefined };

export async function run(args: string[]): Promise<void> {
  await runCommand("user", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        ...PASSWORD_FLAGS,
        email: { type: "string" },
      },
    });
    const [verb, name, role, ...more] = positionals;
    if (verb === undefined)
      throw new Error(
        "say what to do: berth user list, show, create, disable, enable, set-role, revoke or reset-factors",
      );
    if (more.length > 0 || (role !== undefined && verb !== "set-role"))
      throw new Error(`'${[role, ...more].join(" ")}' was not expected`);
    if (verb === "list") {
      await list(values, name ?? "");
      return 0;
    }
    if (name === undefined) throw new Error(`say whom: berth user ${verb} NAME`);
    await runOn(values, verb, name, role);
    return 0;
  });
}

async function runOn(options: Options, verb: string, name: string, role: string | undefined): Promise<void> {
  type Change = (accounts: Operator["accounts"]) => Promise<OperatorAccount>;
  const change = async (make: Change, done: (account: OperatorAccount) => string) => {
    const account = await withOperator(options, ({ accounts }) => make(accounts));
    if (options.json) await printJson(account);
    else await print(done(account));
  };
  if (verb === "show") {
    await show(options, name);
  } else if (verb === "create") {
    await create(options, name);
  } else if (verb === "disable" || verb === "enable") {
    const isDisabled = verb === "disable";
    await change(
      (it) => it.change({ body: { name, isDisabled } }),
      (it) => `${it.name} is ${verb}d`,
    );
  } else if (verb === "set-role") {
    if (role === undefined) throw new Error(`say which role: berth user set-role ${name} none|auditor|administrator`);
    // The server says which of them there are.
    const systemRole = role as OperatorAccount["systemRole"];
    await change(
      (it) => it.change({ body: { name, systemRole } }),
      (it) => `${it.name} has the role ${it.systemRole}`,
    );
  } else if (verb === "revoke") {
    await change(
      (it) => it.revoke({ body: { name } }),
      (it) => `sessions, logins and tokens of ${it.name} have ended`,
    );
  } else if (verb === "reset-factors") {
    await resetFactors(options, name);
  } else {
    throw new Error(`there is no 'berth user ${verb}'; berth user --help lists what there is`);
  }
}

async function resetFactors(options: Options, name: string): Promise<void> {
  const done = await withOperator(options, ({ accounts }) => accounts.resetFactors({ body: { name } }));
  if (options.json) return await printJson(done);
  const { account, hadFactors } = done;
  await print(
    hadFactors
      ? `${account.name} has no second factor any more, and has to log in again everywhere`
      : `${account.name} had no second factor`,
  );
}

async function list(options: Options, prefix: string): Promise<void> {
  await withOperator(options, async ({ accounts }) => {
    let shown = 0;
    for await (const account of accounts.list.each({ query: { limit: PAGE, prefix: prefix.toLowerCase() } })) {
      shown += 1;
      if (options.json) await printJson(account);
      else await print(describe(account));
    }
    if (!options.json) await print(count(shown, "account"));
  });
}

function describe({ name, kind, systemRole, isDisabled, lastLoginAt }: OperatorAccount): string {
  const marks = [
    kind === "robot" ? "robot" : "",
    systemRole === "none" ? "" : systemRole,
    isDisabled ? "disabled" : "",
  ];
  const last = lastLoginAt === null ? "never".padEnd(16) : formatTime(lastLoginAt);
  return `${last}  ${name.padEnd(24)}  ${marks.filter(Boolean).join(", ")}`.trimEnd();
}

async function show(options: Options, name: string): Promise<void> {
  const account = await withOperator(options, ({ accounts }) => accounts.get({ query: { name } }));
  if (options.json) return await printJson(account);
  const { kind, displayName, email, isEmailVerified, systemRole, isDisabled, createdAt, lastLoginAt } = account;
  await print(
    formatRows([
      ["name", account.name],
      ["kind", kind],
      ["display name", displayName || "-"],
      ["e-mail", email === null ? "-" : `${email}${isEmailVerified ? "" : " (not confirmed)"}`],
      ["system role", systemRole],
      ["disabled", isDisabled ? "yes" : "no"],
      ["made", formatTime(createdAt)],
      ["last login", lastLoginAt === null ? "never" : formatTime(lastLoginAt)],
    ]),
  );
}

async function create(options: Options, name: string): Promise<void> {
  const { email } = options;
  const password = await passwordFor(options, name);
  const body = { name, isAdministrator: false, ...password, ...(email === undefined ? {} : { email }) };
  const created = await withOperator(options, ({ accounts }) => accounts.create({ body }));
  if (options.json) return await printJson(created);
  await print(`${created.account.name} has an account`);
  await printPassword(created);
}
