/** Passwords for people to read off and type once: no letters and digits that look alike. */

const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH = 20;
const GROUP = 5;

/** 100 bits, in groups: `k7m2p-x9qfd-…`. */
export function randomPassword(): string {
  // 32 characters: five bits of a byte are one, and all are as likely.
  const characters = Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET.charAt(byte % 32));
  const groups = Array.from({ length: LENGTH / GROUP }, (_, at) =>
    characters.slice(at * GROUP, (at + 1) * GROUP).join(""),
  );
  return groups.join("-");
}
