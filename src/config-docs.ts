/** The configuration described for people and editors: reference table, commented example, JSON Schema. */
import { z } from "zod";
import { configSchema, ENVIRONMENT_PREFIX } from "./config.ts";
import { environmentName } from "./lib/config-environment.ts";
import { listSettings, type Setting, type Settings } from "./lib/config-settings.ts";
import { formatBytes } from "./lib/config-types.ts";

type Line = { value: unknown; comment: string };

/** Settings as a YAML file, one line a key; `lineOf` gives null for keys to leave out. */
export function formatYaml(settings: Settings, lineOf: (setting: Setting) => Line | null): string {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const setting of settings.list) {
    const line = lineOf(setting);
    if (!line) continue;
    const groups = setting.path.slice(0, -1);
    const common = countCommon(open, groups);
    for (const [depth, name] of groups.entries()) if (depth >= common) lines.push(`${"  ".repeat(depth)}${name}:`);
    open = groups;
    // A JSON value is a YAML value.
    lines.push(`${"  ".repeat(groups.length)}${setting.path.at(-1)}: ${JSON.stringify(line.value)} # ${line.comment}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Every key, commented out with its default, each under its sentence; the groups stand ready, empty. */
export function formatExample(): string {
  const lines = [
    "# Every key of Berth's configuration file, with its default.",
    "# Remove the # before a key and change its value. A group without any key counts as not set.",
  ];
  let open: readonly string[] = [];
  for (const setting of exampleSettings().list) {
    const groups = setting.path.slice(0, -1);
    const common = countCommon(open, groups);
    if (common === 0) lines.push("");
    for (const [depth, name] of groups.entries()) if (depth >= common) lines.push(`${"  ".repeat(depth)}${name}:`);
    open = groups;
    const indent = "  ".repeat(groups.length);
    lines.push(`${indent}# ${describe(setting)}`, `${indent}#${setting.path.at(-1)}: ${exampleValue(setting)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Every key; where names are the operator's to choose, under one called `main`. */
export function exampleSettings(): Settings {
  return listSettings(configSchema, () => ["main"]);
}

/** The reference: a table a top-level group. */
export function formatReference(): string {
  const sections = new Map<string, string[]>();
  for (const setting of listSettings(configSchema).list) {
    const name = setting.path[0] ?? "";
    const rows = sections.get(name) ?? [];
    const variable = environmentName(ENVIRONMENT_PREFIX, setting.path);
    const cells = [`\`${setting.key}\`<br>\`${variable}\``, allowed(setting), defaultText(setting), describe(setting)];
    rows.push(`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
    sections.set(name, rows);
  }
  const head = "| key and variable | value | default | meaning |\n|---|---|---|---|";
  return [...sections].map(([name, rows]) => `### ${name}\n\n${head}\n${rows.join("\n")}\n`).join("\n");
}

/** JSON Schema of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(configSchema, { io: "input", override: ({ jsonSchema }) => allowOmission(jsonSchema) }),
    title: "Configuration of Berth",
  };
}

/** Drivers have defaults, and a secret may be in a file, so neither is required. */
function allowOmission(schema: z.core.JSONSchema.BaseSchema): void {
  const properties = schema.properties ?? {};
  const isSecret = (name: string) => {
    const property = properties[name];
    return typeof property === "object" && property.writeOnly === true;
  };
  const secrets = Object.keys(properties).filter(isSecret);
  const groups = ["storage", "database"];
  for (const name of secrets) {
    properties[`${name}File`] = { type: "string", minLength: 1, description: `File that holds ${name}.` };
  }
  if (!schema.required) return;
  const isFirstDriver = typeof properties["driver"] === "object" && isDefaultDriver(properties["driver"].const);
  const omitted = [...secrets, ...(isFirstDriver ? ["driver"] : []), ...groups];
  schema.required = schema.required.filter((name) => !omitted.includes(name));
  if (schema.required.length === 0) delete schema.required;
}

function isDefaultDriver(name: unknown): boolean {
  return listSettings(configSchema).choices.some((choice) => choice.names[0] === name);
}

function describe({ description, drivers, isSecret, path }: Setting): string {
  const condition = drivers ? ` Only with \`${drivers.key}: ${drivers.names.join(" or ")}\`.` : "";
  const file = isSecret ? ` \`${path.at(-1)}File\` names a file that holds it instead.` : "";
  return `${description}${condition}${file}`;
}

function exampleValue(setting: Setting): string {
  const { key, defaultValue, isRequired } = setting;
  if (defaultValue !== undefined) return isSize(setting) ? sizeText(defaultValue) : JSON.stringify(defaultValue);
  const examples: Record<string, string> = {
    "http.publicUrl": "https://registry.example.com",
    "http.tls.certificate": "/etc/berth/tls.crt",
    "http.tls.key": "/etc/berth/tls.key",
    "database.url": "postgres://berth:password@localhost/berth",
    "registry.blob.maxBytes": "10GiB",
    "metrics.port": "9090",
    "admin.username": "admin",
    "admin.password": "at least 8 characters",
    "mail.host": "smtp.example.com",
    "mail.port": "587",
    "mail.user": "berth",
    "mail.password": "password",
    "mail.from": "Berth <berth@example.com>",
    "mail.ca": "/etc/berth/mail.crt",
    "auth.htpasswd.file": "/etc/berth/htpasswd",
    "auth.ldap.main.url": "ldaps://directory.example.com",
    "auth.ldap.main.ca": "/etc/berth/directory.crt",
    "auth.ldap.main.bindDn": "cn=berth,ou=services,dc=example,dc=com",
    "auth.ldap.main.bindPassword": "password",
    "auth.ldap.main.baseDn": "ou=people,dc=example,dc=com",
    "auth.ldap.main.groups.baseDn": "ou=groups,dc=example,dc=com",
    "auth.oidc.main.displayName": "Example",
    "auth.oidc.main.issuer": "https://login.example.com",
    "auth.oidc.main.clientId": "berth",
    "auth.oidc.main.clientSecret": "password",
    "auth.oidc.main.allowedGroups": '["developers"]',
    "auth.oidc.main.allowedEmailDomains": '["example.com"]',
    "limits.plans.main.pulls": "1000",
    "limits.plans.main.pullWindowSeconds": "21600",
    "limits.plans.main.privateRepositories": "unlimited",
    "limits.plans.main.storageBytes": "50GiB",
    "limits.plans.main.members": "25",
    "limits.plans.main.parallelBuilds": "2",
    secretKeyFile: "/etc/berth/secret.key",
  };
  const example = examples[key];
  if (example === undefined) throw new Error(`${key} has no default and no example`);
  return `${example} # ${isRequired ? "no default" : "not set by default"}`;
}

function defaultText(setting: Setting): string {
  const { defaultValue, isRequired } = setting;
  if (defaultValue === undefined) return isRequired ? "none, required in its group" : "not set";
  return `\`${isSize(setting) ? sizeText(defaultValue) : JSON.stringify(defaultValue)}\``;
}

function isSize({ path }: Setting): boolean {
  return path.at(-1)?.endsWith("Bytes") ?? false;
}

function sizeText(value: unknown): string {
  return typeof value === "number" ? formatBytes(value) : String(value);
}

/** What a value may be, in a few words, with its unit. */
function allowed(setting: Setting): string {
  if (setting.path.at(-1) === "driver") {
    const choice = listSettings(configSchema).choices.find((it) => it.key === setting.key);
    return choice?.names.map((name) => `\`${name}\``).join(", ") ?? "";
  }
  if (isSize(setting)) {
    if (setting.key.startsWith("limits.plans.")) return "bytes or `unlimited`";
    return setting.defaultValue === "auto" ? "`auto` or bytes" : "bytes";
  }
  const schema = z.toJSONSchema(setting.schema, { io: "input" });
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.anyOf?.some((it) => typeof it === "object" && it.const === "unlimited")) return "number or `unlimited`";
  if (schema.type === "array") return "list of text";
  if (schema.type !== "integer") return setting.isSecret ? "text, secret" : "text";
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  const range = maximum < Number.MAX_SAFE_INTEGER ? `${minimum} to ${maximum}` : `from ${minimum}`;
  return `${range}${unit(setting)}`;
}

function unit({ path }: Setting): string {
  const name = path.at(-1) ?? "";
  if (name.endsWith("BytesPerSecond")) return " bytes a second";
  return name.endsWith("Seconds") ? " seconds" : "";
}

function countCommon(left: readonly string[], right: readonly string[]): number {
  let count = 0;
  while (count < left.length && left[count] === right[count]) count += 1;
  return count;
}
