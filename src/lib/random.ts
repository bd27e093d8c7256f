/** Unguessable text, from the platform's own generator: Node's module for it costs memory at every start. */

/** `bytes` random bytes in hexadecimal. */
export function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");
}
