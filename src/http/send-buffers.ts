/**
 * Small send buffers for a listener that only this machine reaches.
 *
 * The kernel sends a file (`Response(Bun.file())`) for as long as the connection takes more, and the event loop waits
 * meanwhile. A reader on the same machine that only copies, such as a proxy, empties a buffer of megabytes about as fast
 * as it is filled: single calls of 50 ms were seen, for which everybody else waits. Between machines a large buffer is
 * what fast transfers over long distances need, so only loopback gets a small one, where it costs nothing.
 */
import { dlopen, ptr } from "bun:ffi";
import { readdirSync, readlinkSync } from "node:fs";

/** Linux doubles it for its own bookkeeping. */
const SEND_BUFFER_BYTES = 128 * 1024;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;

/** Runs `open` and bounds the send buffers of the sockets that it opens, and so of the connections that they accept. */
export function withSmallSendBuffers<T>(open: () => T): T {
  if (process.platform !== "linux") return open();
  const before = listSockets();
  const opened = open();
  const sockets = [...listSockets()].filter(([fd, socket]) => before.get(fd) !== socket).map(([fd]) => fd);
  setSendBuffers(sockets);
  return opened;
}

/** What each descriptor of this process that is a socket leads to. */
function listSockets(): Map<number, string> {
  const sockets = new Map<number, string>();
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      if (target.startsWith("socket:")) sockets.set(Number(fd), target);
    } catch {
      // Closed meanwhile, as the one of this listing.
    }
  }
  return sockets;
}

/** Does nothing where the C library has another name: it is only about speed. */
function setSendBuffers(sockets: readonly number[]): void {
  try {
    const libc = dlopen("libc.so.6", {
      setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    });
    const value = new Int32Array([SEND_BUFFER_BYTES]);
    for (const fd of sockets) libc.symbols.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, ptr(value), value.byteLength);
    libc.close();
  } catch {
    // As it was.
  }
}
