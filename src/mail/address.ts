/**
 * E-mail addresses as this server takes them: the plain form that people have, `name@example.com`. No quotes, comments,
 * lists or bare IP addresses, which the standard allows and mail programs read differently.
 */

export type Mailbox = { name: string; address: string };

const MAX_ADDRESS_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
const MAX_NAME_LENGTH = 100;

const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const MAILBOX = /^(?:"([^"<>]*)" *|([^"<>]*))<([^<>]*)>$/;
const UNPRINTABLE = /[\p{C}\u2028\u2029]/u;

/** Whether mail can be sent there; domains with other letters are written in their `xn--` form. */
export function isMailAddress(text: string): boolean {
  if (text.length > MAX_ADDRESS_LENGTH || text.indexOf("@") > MAX_LOCAL_LENGTH) return false;
  return ADDRESS.test(text);
}

/** `Berth <berth@example.com>` or only the address; null for everything else. */
export function parseMailbox(text: string): Mailbox | null {
  if (isMailAddress(text)) return { name: "", address: text };
  if (text.length > MAX_ADDRESS_LENGTH + MAX_NAME_LENGTH + 10 || UNPRINTABLE.test(text)) return null;
  const [, quoted, plain = "", address = ""] = MAILBOX.exec(text) ?? [];
  const name = (quoted ?? plain).trim();
  return isMailAddress(address) && name.length <= MAX_NAME_LENGTH ? { name, address } : null;
}
