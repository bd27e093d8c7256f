/** `berth admin`: administrators, made and let in again by whoever runs the server. */
import { parseArgs } from "node:util";
import type { CreatedAccount, OperatorAccount } from "../operator/api.ts";
import { askNewPassword, readPassword } from "./ask-password.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, runCommand, withOperator } from "./operator.ts";
import { print, printJson } from "./output.ts";

export const HELP = `usage: berth admin create NAME [--email ADDRESS] [--password-stdin|--generate] [--json] [flags]
       berth admin reset-password NAME [--password-stdin|--generate] [--json] [flags]
       berth admin disable NAME [--json] [flags]
       berth admin enable NAME [--json] [flags]

  berth admin create ada            an administrator; the first one claims the registry: from then on
                                    it is open to nobody without an account, except for what is public
  berth admin reset-password ada    a new password for any person, administrator or not; sessions and
                                    what docker login keeps end, access tokens stay
  berth admin disable ada           nothing of this account works any more, from the next request on
  berth admin enable ada            it works again; sessions and logins that it had are gone

The last administrator cannot be disabled.

  --email ADDRESS   the administrator's address, still to be confirmed
  --password-stdin  read the password from the first line of standard input
  --generate        make a password up and print it; else it is asked for at the terminal
  --json            print JSON
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

type Options = {
  config?: string | undefined;
  data?: string | undefined;
  email?: string | undefined;
  "password-stdin": boolean;
  generate: boolean;
  json: boolean;
};

export async function run(args: string[]): Promise<void> {
  await runCommand("admin", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        email: { type: "string" },
        "password-stdin": { type: "boolean", default: false },
        generate: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    const [verb, name, ...more] = positionals;
    if (verb === undefined) throw new Error("say what to do: berth admin create, reset-password, disable or enable");
    if (more.length > 0) throw new Error(`'${more.join(" ")}' was not expected: one name is taken`);
    if (name === undefined) throw new Error(`say whom: berth admin ${verb} NAME`);
    if (verb !== "create" && values.email !== undefined) throw new Error("--email is for berth admin create");
    if (verb === "create") await create(values, name);
    else if (verb === "reset-password") await resetPassword(values, name);
    else if (verb === "disable" || verb === "enable") await setDisabled(values, name, verb === "disable");
    else throw new Error(`there is no 'berth admin ${verb}': create, reset-password, disable and enable are there`);
    return 0;
  });
}

async function create(options: Options, name: string): Promise<void> {
  const password = await passwordFor(options, name);
  const { email } = options;
  const body = { name, isAdministrator: true, ...password, ...(email === undefined ? {} : { email }) };
  // The answer to this path.
  const created = (await withOperator(options, (operator) => operator.post("account/create", body))) as CreatedAccount;
  if (options.json) return await printJson(created);
  const claimed = created.hasClaimed === true ? "; the registry is theirs now, and needs a login from now on" : "";
  await print(`${created.account.name} is an administrator${claimed}`);
  await printPassword(created);
}

async function resetPassword(options: Options, name: string): Promise<void> {
  const body = { name, ...(await passwordFor(options, name)) };
  // The answer to this path.
  const changed = (await withOperator(options, (operator) =>
    operator.post("account/password", body),
  )) as CreatedAccount;
  if (options.json) return await printJson(changed);
  await print(`${changed.account.name} has a new password, and has to log in again everywhere`);
  await printPassword(changed);
}

async function setDisabled(options: Options, name: string, isDisabled: boolean): Promise<void> {
  const body = { name, isDisabled };
  // The answer to this path.
  const account = (await withOperator(options, (operator) => operator.post("account/change", body))) as OperatorAccount;
  if (options.json) return await printJson(account);
  await print(`${account.name} is ${isDisabled ? "disabled" : "enabled"}`);
}

/** Nothing: the server makes one up. */
export async function passwordFor(
  options: Pick<Options, "password-stdin" | "generate">,
  name: string,
): Promise<{ password?: string }> {
  const isGiven = options["password-stdin"];
  if (isGiven && options.generate) throw new Error("--password-stdin and --generate exclude each other");
  if (options.generate) return {};
  return { password: isGiven ? await readPassword() : await askNewPassword(name) };
}

export async function printPassword({ password }: CreatedAccount): Promise<void> {
  if (password !== null) await print(`password: ${password}`);
}
