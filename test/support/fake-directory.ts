// A directory that says what a test wants, also what no directory should say.

import { createServer, type Socket } from "node:net";
import { LdapFrames } from "../../src/auth/drivers/ldap-decoder.ts";

export const BIND = 0x60;
export const SEARCH = 0x63;
export const EXTENDED = 0x77;

export interface Asked {
  /** BIND, SEARCH, EXTENDED, or another tag. */
  operation: number;
  messageId: number;
  /** All of the message. */
  text: string;
  /** 1 for the first connection. */
  connection: number;
  socket: Socket;
}

export interface FakeDirectory {
  url: string;
  asked: Asked[];
  stop(): Promise<void>;
}

/** What `answer` gives is sent; unbinding is not asked about. */
export async function startFakeDirectory(
  answer: (asked: Asked) => Buffer | readonly Buffer[] | null,
): Promise<FakeDirectory> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    const frames = new LdapFrames();
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      for (const frame of isTls(chunk) ? [] : frames.push(chunk)) {
        // Identifiers are small here: one byte each.
        const [messageId = 0, operation = 0] = [frame[2], frame[3]];
        if (operation === 0x42) continue;
        const message = { operation, messageId, text: frame.toString("latin1"), connection, socket };
        asked.push(message);
        const said = answer(message);
        if (said !== null) socket.write(Buffer.isBuffer(said) ? said : Buffer.concat(said));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `ldap://127.0.0.1:${address.port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The beginning of TLS, which nobody here speaks. */
function isTls(chunk: Buffer): boolean {
  return chunk[0] === 0x16 && chunk[1] === 3;
}

/** One element of BER: its tag, its length and what is in it. */
export function element(tag: number, ...parts: (Uint8Array | string)[]): Buffer {
  const inside = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(inside.length);
  const length = inside.length < 0x80 ? Buffer.from([inside.length]) : Buffer.concat([Buffer.from([0x84]), size]);
  return Buffer.concat([Buffer.from([tag]), length, inside]);
}

export const number = (value: number, tag = 0x02) => element(tag, Buffer.from([value]));
export const octets = (value: Uint8Array | string) => element(0x04, value);
export const message = (messageId: number, ...parts: Buffer[]) => element(0x30, number(messageId), ...parts);

/** A result: 0x61 for a bind, 0x65 for a search, 0x78 for what is extended. */
export function result(messageId: number, tag: number, code = 0, words = "", cookie: Buffer | null = null): Buffer {
  const page = (next: Buffer) => octets(element(0x30, number(0), octets(next)));
  const controls =
    cookie === null ? [] : [element(0xa0, element(0x30, octets("1.2.840.113556.1.4.319"), page(cookie)))];
  return message(messageId, element(tag, number(code, 0x0a), octets(""), octets(words)), ...controls);
}

export function entry(
  messageId: number,
  dn: string,
  attributes: Readonly<Record<string, readonly (Uint8Array | string)[]>>,
): Buffer {
  const list = Object.entries(attributes).map(([name, values]) =>
    element(0x30, octets(name), element(0x31, ...values.map(octets))),
  );
  return message(messageId, element(0x64, octets(dn), element(0x30, ...list)));
}
