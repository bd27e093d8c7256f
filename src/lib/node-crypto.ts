/** Node's ciphers, loaded when somebody asks: they cost 9 ms and 5 MiB, which a server without secrets need not pay. */

export function nodeCrypto(): typeof import("node:crypto") {
  return process.getBuiltinModule("node:crypto");
}
