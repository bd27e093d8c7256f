/** Node's addresses and networks, loaded when somebody asks: an idle server that needs none of it saves the memory. */

export function net(): typeof import("node:net") {
  return process.getBuiltinModule("node:net");
}
