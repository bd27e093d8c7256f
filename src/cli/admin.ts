/** `berth admin`: administrators, made and let in again by whoever runs the server. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { CreatedAccount } from "../operator/api.ts";
import { PASSWORD_FLAGS, passwordFor, type PasswordFlags } from "./ask-password.ts";
import { OPERATOR_FLAGS, OPERATOR_FLAGS_HELP, runCommand, withOperator, type OperatorFlags } from "./operator.ts";
import { count, print, printJson } from "./output.ts";

export const HELP = `usage: berth admin create NAME [--email ADDRESS] [--password-stdin|--generate] [--json] [flags]
       berth admin reset-password NAME [--password-stdin|--generate] [--json] [flags]
       berth admin disable NAME [--json] [flags]
       berth admin enable NAME [--json] [flags]
       berth admin reseal [--old-key FILE] [--json] [flags]

  berth admin create ada            an administrator; the first one claims the registry: from then on
                                    it is open to nobody without an account, except for what is public;
                                    an empty data directory becomes a registry with that
  berth admin reset-password ada    a new password for any person, administrator or not; sessions and
                                    what docker login keeps end, access tokens stay
  berth admin disable ada           nothing of this account works any more, from the next request on
  berth admin enable ada            it works again; sessions and logins that it had are gone
  berth admin reseal                after a change of the secret key: seals with the new one what the
                                    database keeps, so that the old one can go; all of it or nothing

The last administrator cannot be disabled.

  --email ADDRESS   the administrator's address, still to be confirmed
  --old-key FILE    keys that the secret key file does not have any more
  --password-stdin  read the password from the first line of standard input
  --generate        make a password up and print it; else it is asked for at the terminal
  --json            print JSON
${OPERATOR_FLAGS_HELP}
Exits with 0, or with 2 when it could not be done.
`;

type Options = OperatorFlags & PasswordFlags & { email?: string | undefined };

export async function run(args: string[]): Promise<void> {
  await runCommand("admin", async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_FLAGS,
        ...PASSWORD_FLAGS,
        email: { type: "string" },
        "old-key": { type: "string" },
      },
    });
    const [verb, name, ...more] = positionals;
    if (verb === undefined) {
      throw new Error("say what to do: berth admin create, reset-password, disable, enable or reseal");
    }
    if (verb !== "reseal" && values["old-key"] !== undefined) throw new Error("--old-key is for berth admin reseal");
    if (verb === "reseal") {
      if (name !== undefined) throw new Error(`'${[name, ...more].join(" ")}' was not expected`);
      await reseal(values, values["old-key"]);
      return 0;
    }
    if (more.length > 0) throw new Error(`'${more.join(" ")}' was not expected: one name is taken`);
    if (name === undefined) throw new Error(`say whom: berth admin ${verb} NAME`);
    if (verb !== "create" && values.email !== undefined) throw new Error("--email is for berth admin create");
    if (verb === "create") await create(values, name);
    else if (verb === "reset-password") await resetPassword(values, name);
    else if (verb === "disable" || verb === "enable") await setDisabled(values, name, verb === "disable");
    else
      throw new Error(
        `there is no 'berth admin ${verb}': create, reset-password, disable, enable and reseal are there`,
      );
    return 0;
  });
}

async function create(options: Options, name: string): Promise<void> {
  const password = await passwordFor(options, name);
  const { email } = options;
  const body = { name, isAdministrator: true, ...password, ...(email === undefined ? {} : { email }) };
  const created = await withOperator({ ...options, mayBegin: true }, ({ accounts }) => accounts.create({ body }));
  if (options.json) return await printJson(created);
  const claimed = created.hasClaimed === true ? "; the registry is theirs now, and needs a login from now on" : "";
  await print(`${created.account.name} is an administrator${claimed}`);
  await printPassword(created);
}

async function resetPassword(options: Options, name: string): Promise<void> {
  const body = { name, ...(await passwordFor(options, name)) };
  const changed = await withOperator(options, ({ accounts }) => accounts.setPassword({ body }));
  if (options.json) return await printJson(changed);
  await print(`${changed.account.name} has a new password, and has to log in again everywhere`);
  await printPassword(changed);
}

async function reseal(options: Options, oldKey: string | undefined): Promise<void> {
  const body = oldKey === undefined ? {} : { oldKeyFile: resolve(oldKey) };
  const done = await withOperator(options, ({ accounts }) => accounts.reseal({ body }));
  if (options.json) return await printJson(done);
  await print(`${count(done.resealed, "secret")} sealed anew; the first key of the file opens all of them`);
}

async function setDisabled(options: Options, name: string, isDisabled: boolean): Promise<void> {
  const body = { name, isDisabled };
  const account = await withOperator(options, ({ accounts }) => accounts.change({ body }));
  if (options.json) return await printJson(account);
  await print(`${account.name} is ${isDisabled ? "disabled" : "enabled"}`);
}

export async function printPassword({ password }: CreatedAccount): Promise<void> {
  if (password !== null) await print(`password: ${password}`);
}
