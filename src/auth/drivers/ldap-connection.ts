/**
 * One conversation with a directory: an operation at a time, each answered before the next is sent, never begun anew.
 * A connection that is lost stays lost, so that nothing is ever asked on one that nobody has bound.
 */
import type { Socket } from "node:net";
import type * as Ldapts from "ldapts";
import {
  decodeMessage,
  type LdapEntry,
  LdapFailure,
  LdapFrames,
  type LdapMessage,
  type LdapResult,
} from "./ldap-decoder.ts";
import { type LdapAddress, openSocket } from "./ldap-socket.ts";

export type LdapSearch = {
  base: string;
  scope: "base" | "sub";
  /** As RFC 4515 writes it; what came from outside is escaped already. */
  filter: string;
  attributes: readonly string[];
  /** How many entries the directory is asked for at most; it says code 4 when there are more. 0 is no limit. */
  sizeLimit?: number;
  /** How many entries come in one answer of a search that is read page by page. */
  page?: { size: number; cookie: Buffer };
};

export type LdapFound = { entries: LdapEntry[]; result: LdapResult };

export type LdapConnection = {
  /** Never with an empty password: directories take that for nobody and call it a success (RFC 4513, 5.1.2). */
  bind(dn: string, password: string): Promise<LdapResult>;
  search(search: LdapSearch): Promise<LdapFound>;
  close(): void;
};

/** All that one connection may bring; a login takes a few kilobytes. */
const RECEIVED_LIMIT_BYTES = 8 * 2 ** 20;
const RECEIVED_LIMIT_MESSAGES = 10_000;
/** The directory's own limit of time; ours is the signal, which counts from the beginning of the login. */
const SEARCH_SECONDS = 60;

/** Connects. When the signal is aborted, what is being waited for fails with its reason. Throws LdapFailure. */
export async function openConnection(address: LdapAddress, signal: AbortSignal): Promise<LdapConnection> {
  const ldapts = await import("ldapts");
  const socket = await openSocket(address, signal);
  return converse(socket, ldapts);
}

function converse(socket: Socket, ldapts: typeof Ldapts): LdapConnection {
  const inbox = receive(socket);
  // Message 1 may have been StartTLS's.
  let lastId = 1;

  async function ask(encode: (messageId: number) => Buffer, operation: LdapResult["operation"]): Promise<LdapFound> {
    lastId += 1;
    socket.write(encode(lastId));
    const entries: LdapEntry[] = [];
    for (;;) {
      const message = await inbox.next();
      if (message.messageId === 0) throw new LdapFailure("the directory ended the connection");
      if (message.messageId !== lastId) throw new LdapFailure("the directory answered something that was not asked");
      if (message.kind === "entry") entries.push(message);
      if (message.kind !== "result") continue;
      if (message.operation !== operation) throw new LdapFailure("the directory answered something else");
      return { entries, result: message };
    }
  }

  return {
    async bind(dn, password) {
      if (dn === "" || password === "") throw new TypeError("a bind without a name or a password proves nothing");
      const request = (messageId: number) => new ldapts.BindRequest({ messageId, dn, password }).write();
      return (await ask(request, "bind")).result;
    },
    search({ base, scope, filter, attributes, sizeLimit = 0, page }) {
      const controls = page === undefined ? [] : [new ldapts.PagedResultsControl({ value: page })];
      const request = (messageId: number) =>
        new ldapts.SearchRequest({
          messageId,
          baseDN: base,
          scope,
          filter: parseFilter(filter, ldapts),
          attributes: [...attributes],
          sizeLimit,
          timeLimit: SEARCH_SECONDS,
          controls,
        }).write();
      return ask(request, "search");
    },
    close() {
      if (!socket.destroyed) socket.end(new ldapts.UnbindRequest({ messageId: lastId + 1 }).write());
      socket.destroySoon();
    },
  };
}

function parseFilter(filter: string, ldapts: typeof Ldapts): Ldapts.Filter {
  try {
    return ldapts.FilterParser.parseString(filter);
  } catch {
    throw new LdapFailure("a filter is none (RFC 4515): check userFilter and groups.filter");
  }
}

/** Messages in their order, waited for by one at a time. */
function receive(socket: Socket): { next(): Promise<LdapMessage> } {
  const frames = new LdapFrames();
  const messages: LdapMessage[] = [];
  let receivedBytes = 0;
  let receivedMessages = 0;
  let failure: Error | null = null;
  let wake = () => {};

  function fail(error: unknown): void {
    failure ??= error instanceof Error ? error : new LdapFailure(String(error));
    socket.destroy();
    wake();
  }

  socket.on("close", () => fail(new LdapFailure("the directory closed the connection")));
  socket.on("error", () => fail(new LdapFailure("the connection to the directory broke")));
  socket.on("data", (chunk: Buffer) => {
    receivedBytes += chunk.length;
    try {
      if (receivedBytes > RECEIVED_LIMIT_BYTES) throw new LdapFailure("the directory sent more than 8 MiB");
      for (const frame of frames.push(chunk)) {
        receivedMessages += 1;
        if (receivedMessages > RECEIVED_LIMIT_MESSAGES)
          throw new LdapFailure("the directory sent more than 10,000 entries");
        messages.push(decodeMessage(frame));
      }
    } catch (error) {
      fail(error);
    }
    wake();
  });

  return {
    async next() {
      for (;;) {
        const message = messages.shift();
        if (message !== undefined) return message;
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
