/** An entry of a directory as an identity. Every text in it is somebody else's: bounded, and without control characters. */
import { isDn, type LdapOptions } from "../ldap-config.ts";
import type { Identity } from "../source.ts";
import { type LdapEntry, LdapFailure } from "./ldap-decoder.ts";

const TEXT_LIMIT = 255;
const EMAIL_LIMIT = 254;
const SUBJECT_LIMIT = 1024;
const GUID_BYTES = 16;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The attributes that `readPerson` and the groups of an entry need. */
export function attributesOfPerson({ attributes, groups }: LdapOptions): string[] {
  const { login, subject, displayName, email } = attributes;
  const names = [login, displayName, email, ...(isDn(subject) ? [] : [subject])];
  return groups.from === "attribute" ? [...names, groups.attribute] : names;
}

/** Throws LdapFailure, with what to change, when the entry does not say who it is. */
export function readPerson(entry: LdapEntry, source: string, options: LdapOptions): Omit<Identity, "groups"> {
  const { attributes } = options;
  const login = textsOf(entry, attributes.login)[0] ?? "";
  if (!isName(login)) {
    throw new LdapFailure(
      `an entry has no usable ${attributes.login}: set attributes.login to the attribute with the login name`,
    );
  }
  const email = textsOf(entry, attributes.email)[0] ?? "";
  const isAddress = email.length <= EMAIL_LIMIT && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email);
  return {
    source,
    subject: readSubject(entry, attributes.subject),
    login,
    displayName: cleaned(textsOf(entry, attributes.displayName)[0] ?? "") || null,
    email: isAddress ? email : null,
    isEmailVerified: isAddress && options.emailIsVerified,
  };
}

/** The values of an attribute that are text. */
export function textsOf(entry: LdapEntry, attribute: string): string[] {
  return (entry.attributes.get(attribute.toLowerCase()) ?? []).flatMap((bytes) => decode(bytes) ?? []);
}

/** Whether text can be a name: not empty, at most 255 characters, none of them a control character. */
export function isName(text: string): boolean {
  return text !== "" && text.length <= TEXT_LIMIT && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function readSubject(entry: LdapEntry, attribute: string): string {
  const values = isDn(attribute) ? [Buffer.from(entry.dn)] : (entry.attributes.get(attribute.toLowerCase()) ?? []);
  const [value, ...others] = values;
  const subject = value === undefined || others.length > 0 ? "" : formatSubject(attribute, value);
  // Cut to a limit, two people could become one.
  if (subject !== "" && subject.length <= SUBJECT_LIMIT) return subject;
  throw new LdapFailure(
    `an entry has no single ${attribute}, which is to tell people apart: set attributes.subject, in Active Directory to objectGUID, and let the account that searches read it`,
  );
}

/** Bytes that are no text become hexadecimal digits, Active Directory's GUIDs what its own tools show. */
function formatSubject(attribute: string, value: Buffer): string {
  if (attribute.toLowerCase() === "objectguid" && value.length === GUID_BYTES) return formatGuid(value);
  return decode(value) ?? value.toString("hex");
}

/** The first three groups are little-endian. */
function formatGuid(bytes: Buffer): string {
  const first = Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
  ]);
  const hex = Buffer.concat([first, bytes.subarray(8)]).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function cleaned(text: string): string {
  const clean = text.replace(/\p{Cc}+/gu, " ").trim();
  // What is left of a character that the limit cuts in two goes as well.
  return clean.slice(0, TEXT_LIMIT).replace(/[\ud800-\udbff]$/, "");
}

function decode(bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
