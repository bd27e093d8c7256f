/** Configuration of one directory that knows people: LDAP or Active Directory. */
import { z } from "zod";
import { path, secret } from "../lib/config-types.ts";

/** A name as RFC 4512 writes it, or a number of several parts. */
const attribute = () =>
  z
    .string()
    .max(100)
    .regex(/^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/, { error: "expected the name of an attribute, such as mail" });

const dn = () =>
  z
    .string()
    .min(1)
    .max(1024)
    .regex(/^\s*[\w.-]+\s*=/, { error: "expected a distinguished name, such as dc=example,dc=com" });

const filter = (...placeholders: string[]) =>
  z
    .string()
    .max(2000)
    .refine(isBalanced, { error: "expected a filter with matching parentheses, such as (uid={login})" })
    .refine((text) => placeholders.some((it) => text.includes(it)), {
      error: `expected ${placeholders.join(" or ")} in it`,
    });

const attributesConfig = z.strictObject({
  login: attribute().default("uid").describe("Attribute with the login name; sAMAccountName in Active Directory."),
  subject: attribute()
    .default("entryUUID")
    .describe(
      "Attribute that stays the same when a person is renamed: objectGUID in Active Directory; dn takes the entry's own name, which does change.",
    ),
  displayName: attribute().default("cn").describe("Attribute with the name to show; often displayName."),
  email: attribute().default("mail").describe("Attribute with the e-mail address; its first value counts."),
});

const groupsConfig = z
  .strictObject({
    from: z
      .enum(["none", "attribute", "search"])
      .default("attribute")
      .describe("Whether groups are not read, named by the person's entry, or searched for."),
    attribute: attribute().default("memberOf").describe("Attribute of the person's entry that names the groups."),
    baseDn: dn()
      .optional()
      .describe("Where groups are searched; with from: attribute, groups that lie elsewhere do not count."),
    filter: filter("{dn}", "{login}")
      .default("(member={dn})")
      .describe(
        "Which groups are a person's; {dn} is the person's entry, {login} the login name, as in (memberUid={login}).",
      ),
    name: attribute()
      .default("dn")
      .describe("What a group is called here: dn for its whole name, or an attribute such as cn, which needs baseDn."),
  })
  .refine(({ from, baseDn }) => from !== "search" || baseDn !== undefined, {
    path: ["baseDn"],
    error: "is required here: a search for groups needs a place to begin",
  })
  .refine(({ from, name, baseDn }) => from === "none" || isDn(name) || baseDn !== undefined, {
    path: ["baseDn"],
    error: "is required here: short names of groups are only safe when all of them lie in one place",
  });

export const ldapConfig = z
  .strictObject({
    url: z
      .string()
      .refine(isDirectory, { error: "expected ldap:// or ldaps://, a host and an optional port, without a path" })
      .describe("Address of the directory, ldaps://host:636 or ldap://host:389."),
    startTls: z
      .boolean()
      .default(true)
      .describe(
        "Begin TLS on ldap:// before anything is sent; false sends passwords in the clear. ldaps:// has it always.",
      ),
    ca: path()
      .optional()
      .describe("PEM file with the authorities whose certificates are trusted, in place of the system's."),
    bindDn: dn().optional().describe("Service account that searches; without it the search is anonymous."),
    bindPassword: secret().optional().describe("Password of the service account."),
    baseDn: dn().describe("Where people are searched, with everything below."),
    userFilter: filter("{login}")
      .default("(uid={login})")
      .describe(
        "Which entry is a person's; for Active Directory (&(objectCategory=person)(objectClass=user)(sAMAccountName={login})).",
      ),
    attributes: attributesConfig.prefault({}).describe("Where an entry has what."),
    emailIsVerified: z
      .boolean()
      .default(false)
      .describe("Whether e-mail addresses are relied on; only where people cannot set their own in the directory."),
    groups: groupsConfig.prefault({}).describe("Groups, for mapping to teams."),
    timeoutSeconds: z.int().min(1).max(60).default(10).describe("Seconds after which a login is given up."),
  })
  .refine(({ bindDn, bindPassword }) => (bindDn === undefined) === (bindPassword === undefined), {
    path: ["bindPassword"],
    error: "bindDn and bindPassword belong together",
  });

/** `name`: under which it stands in the configuration; identities remember it. */
export type LdapOptions = Readonly<z.output<typeof ldapConfig>> & { readonly name: string };

/** Whether an attribute's name stands for the entry's own distinguished name. */
export function isDn(name: string): boolean {
  return name.toLowerCase() === "dn";
}

function isDirectory(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const isLdap = protocol === "ldap:" || protocol === "ldaps:";
  return isLdap && hostname !== "" && ["", "/"].includes(pathname) && `${search}${hash}${username}${password}` === "";
}

/** Whether one pair of parentheses encloses all of the text, and the others match. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "(") depth += 1;
    if (text[index] === ")") depth -= 1;
    if (depth < 1 && index < text.length - 1) return false;
  }
  return text !== "" && depth === 0;
}
