// What directories should not do, and whoever stands between; a real directory is in test/contract/auth/ldap.test.ts.

import { afterEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import {
  type Asked,
  BIND,
  element,
  entry,
  EXTENDED,
  type FakeDirectory,
  message,
  result,
  SEARCH,
  startFakeDirectory,
} from "../../../test/support/fake-directory.ts";
import { startProcess } from "../../../test/support/process.ts";
import type { Fields, Log } from "../../telemetry/log.ts";
import { ldapConfig } from "../ldap-config.ts";
import { type PasswordSource, SourceUnavailableError } from "../source.ts";
import { ldapSource } from "./ldap.ts";

const ALICE = "uid=alice,dc=b";
const UUID = "1b3874e6-7a36-1041-94b3-71b018d66680";
const USUAL = { uid: ["alice"], entryUUID: [UUID], cn: ["Alice"], mail: ["alice@example.com"] };
/** Bun's own, whatever it is asked for. */
const QUEUE = 512;
const FOUND = 0x65;
const BOUND = 0x61;

let lines: string[] = [];
const directories: FakeDirectory[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) await directory.stop();
  expect(lines.filter((line) => line.includes("password1") || line.includes("service1"))).toEqual([]);
  lines = [];
});

type Answer = (asked: Asked) => Buffer | readonly Buffer[] | null;

async function ask(answer: Answer, input: Record<string, unknown> = {}) {
  const directory = await startFakeDirectory(answer);
  directories.push(directory);
  const source = open(directory.url, input);
  try {
    return { identity: await source.verify("alice", "password1"), directory, isUnavailable: false };
  } catch (error) {
    expect(error).toBeInstanceOf(SourceUnavailableError);
    return { identity: null, directory, isUnavailable: true };
  }
}

function open(url: string, input: Record<string, unknown>): PasswordSource {
  const defaults = {
    url,
    baseDn: "dc=b",
    startTls: false,
    bindDn: "cn=s",
    bindPassword: "service1",
    timeoutSeconds: 1,
  };
  const at =
    (level: string) =>
    (text: string, fields: Fields = {}) => {
      lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
    };
  const levels = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const log: Log = {
    ...levels,
    line: (text) => lines.push(text),
    format: "json",
    isInfo: true,
    dropped: 0,
    close() {},
  };
  return ldapSource({ ...ldapConfig.parse({ ...defaults, ...input }), name: "corp", log });
}

/** A directory as it should be, with one entry. */
function usual(attributes: Parameters<typeof entry>[2] = USUAL, dn = ALICE): Answer {
  return ({ operation, messageId }) =>
    operation === BIND ? result(messageId, BOUND) : [entry(messageId, dn, attributes), result(messageId, FOUND)];
}

describe("a directory that is not one", () => {
  const bogus: Record<string, (asked: Asked) => Buffer | readonly Buffer[]> = {
    "a web server": () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "an answer to something else": (asked) => usual()({ ...asked, messageId: asked.messageId + 1 }) ?? [],
    "another operation's result": ({ messageId }) => result(messageId, FOUND),
    "the end of the connection": () => result(0, 0x78, 52),
    "an attribute list that claims too much": ({ messageId }) =>
      message(messageId, element(0x64, Buffer.from([4, 0, 0x30, 0x84, 0x00, 0xff, 0xff, 0xff]))),
    "a message of 2 GiB": () => Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01]),
    "entries without end": ({ messageId }) =>
      Array.from({ length: 20 }, () => entry(messageId, ALICE, { cn: ["x".repeat(2 ** 20)] })),
    "small messages without end": ({ messageId }) => Buffer.alloc(10 * 2 ** 20, entry(messageId, ALICE, {})),
    "a message that never ends": () => Buffer.from([0x30, 0x82, 0x10, 0x00, 0x02]),
    nothing: () => Buffer.alloc(0),
  };
  for (const [name, answer] of Object.entries(bogus)) {
    test(`says ${name}: it is unavailable`, async () => {
      expect((await ask(answer)).isUnavailable).toBe(true);
      expect(lines.pop()).toMatch(/^error a login could not be checked: /);
    });
  }

  test("sends a byte now and then: the time of a login is over all the same", async () => {
    const drip: Answer = ({ socket }) => {
      const timer = setInterval(() => socket.write(Buffer.from([0])), 20);
      socket.on("close", () => clearInterval(timer));
      return Buffer.from([0x30, 0x83, 0x10, 0x00, 0x00]);
    };
    expect((await ask(drip)).isUnavailable).toBe(true);
    expect(lines.pop()).toContain("within 1 s");
  });

  test("does not even accept the connection: the time of a login is over all the same", async () => {
    const listen = `require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:${QUEUE}},function(){console.log(this.address().port)})`;
    const server = await startProcess({
      name: "listener",
      command: [process.execPath, "-e", listen],
      ready: (logs) => logs.includes("\n"),
    });
    const port = Number(server.logs());
    // Stopped, it takes nobody from its queue, and what comes when that is full hears nothing at all.
    process.kill(server.pid, "SIGSTOP");
    const sockets = Array.from({ length: QUEUE + 100 }, () => connect(port, "127.0.0.1").on("error", () => {}));
    try {
      await Bun.sleep(300);
      const connected = sockets.filter((socket) => !socket.connecting).length;
      expect(connected).toBeLessThan(sockets.length);
      await expect(open(`ldap://127.0.0.1:${port}`, {}).verify("alice", "password1")).rejects.toThrow(
        SourceUnavailableError,
      );
      expect(lines.pop()).toContain("within 1 s");
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.kill();
    }
  });
});

describe("StartTLS", () => {
  const attempts: Record<string, (asked: Asked) => Buffer | readonly Buffer[]> = {
    "a refusal": ({ messageId }) => result(messageId, 0x78, 52),
    "a result of something else": ({ messageId }) => result(messageId, BOUND),
    "an answer to something else": ({ messageId }) => result(messageId + 1, 0x78),
    "an agreement, and a bind that succeeded": ({ messageId }) => [
      result(messageId, 0x78),
      result(messageId + 1, BOUND),
    ],
    "an agreement, and most of a bind that succeeded": ({ messageId }) => [
      result(messageId, 0x78),
      result(messageId + 1, BOUND).subarray(0, -1),
    ],
    "an agreement, and then no TLS": ({ messageId, socket }) => {
      setTimeout(() => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), 20);
      return result(messageId, 0x78);
    },
    "an agreement, and then nothing": ({ messageId }) => result(messageId, 0x78),
    nothing: () => Buffer.alloc(0),
  };
  for (const [name, answer] of Object.entries(attempts)) {
    test(`answered by ${name}: nothing is asked of that directory`, async () => {
      const once: Answer = (asked) => (asked.operation === EXTENDED ? answer(asked) : null);
      const { isUnavailable, directory } = await ask(once, { startTls: true });
      expect(isUnavailable).toBe(true);
      expect(directory.asked.map(({ operation, text }) => [operation, text.length])).toEqual([[EXTENDED, 29]]);
      if (name.includes("a bind that")) expect(lines.pop()).toContain("something was sent after the answer");
    }, 10_000);
  }
});

describe("a bind", () => {
  const refuse = (code: number, words = ""): Answer => {
    return (asked) => (asked.connection === 2 ? result(asked.messageId, BOUND, code, words) : usual()(asked));
  };

  test("that is refused for what a person can have done is a wrong password", async () => {
    for (const code of [19, 32, 48, 49, 50, 53]) {
      expect(await ask(refuse(code))).toMatchObject({ identity: null, isUnavailable: false });
    }
    const disabled = "80090308: LdapErr: DSID-0C090446, comment: password1 error, data 533, v2580";
    expect(await ask(refuse(49, disabled))).toMatchObject({ identity: null, isUnavailable: false });
    expect(lines.pop()).toMatch(/^debug .*"code":49,"detail":"533"/);
  });

  test("that is refused for what an operator has to see to is no answer", async () => {
    for (const code of [1, 2, 8, 10, 13, 14, 51, 52, 80, 127]) {
      expect(await ask(refuse(code, "password1 is wrong"))).toMatchObject({ identity: null, isUnavailable: true });
      expect(lines.pop()).toContain(`code ${code}`);
    }
  });

  test("is never that of nobody: an entry without a name is none", async () => {
    const { identity, directory } = await ask(usual(USUAL, ""));
    expect(identity).toBeNull();
    expect(directory.asked.map(({ connection, operation }) => [connection, operation])).toEqual([
      [1, BIND],
      [1, SEARCH],
    ]);
  });

  test("as what looks like a mechanism's name is a bind with a password", async () => {
    const { identity, directory } = await ask(usual(USUAL, "EXTERNAL"));
    expect(identity).not.toBeNull();
    expect(directory.asked.at(-1)?.text).toContain("EXTERNAL\x80\x09password1");
  });
});

describe("an entry", () => {
  const AD = {
    attributes: { login: "sAMAccountName", subject: "objectGUID" },
    userFilter: "(&(objectCategory=person)(sAMAccountName={login}))",
  };
  const guid = (hex: string) => ({ sAMAccountName: ["alice"], objectGUID: [Buffer.from(hex, "hex")] });

  test("of Active Directory: GUIDs as its tools show them, whatever their bytes", async () => {
    const subjects: Record<string, string> = {
      "00112233445566778899aabbccddeeff": "33221100-5544-7766-8899-aabbccddeeff",
      // A mark of byte order, and wholly ASCII.
      efbbbf33445566778899aabbccddeeff: "33bfbbef-5544-7766-8899-aabbccddeeff",
      "41424344454647484142434445464748": "44434241-4645-4847-4142-434445464748",
    };
    for (const [bytes, subject] of Object.entries(subjects)) {
      expect((await ask(usual(guid(bytes)), AD)).identity).toMatchObject({ subject, login: "alice", email: null });
    }
  });

  test("of Active Directory: long lists of groups come under a name with a range", async () => {
    const some = { ...USUAL, "memberOf;range=0-1": ["cn=a,dc=b", "cn=b,dc=b"], "memberOf;lang-de": ["cn=c,dc=b"] };
    expect((await ask(usual(some))).identity?.groups).toEqual(["cn=a,dc=b", "cn=b,dc=b"]);
  });

  test("that does not say who it is lets nobody in", async () => {
    const { uid, entryUUID, ...rest } = USUAL;
    for (const attributes of [
      { ...rest, uid },
      { ...rest, entryUUID },
      { ...USUAL, entryUUID: [] },
      { ...USUAL, entryUUID: [UUID, "another"] },
      { ...USUAL, entryUUID: [""] },
      { ...USUAL, entryUUID: ["x".repeat(1025)] },
      { ...USUAL, uid: [""] },
      { ...USUAL, uid: ["x".repeat(256)] },
      { ...USUAL, uid: ["ali\0ce"] },
      { ...USUAL, uid: [Buffer.from([0xff])] },
    ]) {
      expect((await ask(usual(attributes))).isUnavailable).toBe(true);
      expect(lines.pop()).toMatch(/set attributes\.(login|subject)/);
    }
  });

  test("brings text of any kind: bounded, and without control characters", async () => {
    const names: Record<string, string | null> = {
      " Alice\n\u001b[31m\u0085Example ": "Alice [31m Example",
      "\0": null,
      ["😀".repeat(300)]: "😀".repeat(127),
      ["x".repeat(10_000)]: "x".repeat(255),
    };
    for (const [cn, displayName] of Object.entries(names)) {
      expect((await ask(usual({ ...USUAL, cn: [cn] }))).identity).toMatchObject({ displayName });
    }
    for (const mail of ["", "alice", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "a@", "@b", `${"a".repeat(250)}@b.de`]) {
      const { identity } = await ask(usual({ ...USUAL, mail: [mail] }), { emailIsVerified: true });
      expect(identity).toMatchObject({ email: null, isEmailVerified: false });
    }
    const { identity } = await ask(usual(), { emailIsVerified: true });
    expect(identity).toMatchObject({ email: "alice@example.com", isEmailVerified: true });
  });

  test("in groups without number or end: 1,000 of 255 characters count", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `cn=${index},dc=b`);
    const bad = ["cn=a\nb,dc=b", `cn=${"x".repeat(255)}`, "", "cn=0,dc=b"];
    const { identity } = await ask(usual({ ...USUAL, memberOf: [...bad, Buffer.from([0xff]), ...many] }));
    expect(identity?.groups).toEqual(["cn=0,dc=b", ...many.slice(1, 1000)]);
    expect(lines.pop()).toMatch(/^warn not all groups/);
    const inOne = { groups: { baseDn: "ou=g,dc=b", name: "cn" } };
    const memberOf = [
      "cn=a\\,b+ou=c,ou=g,dc=b",
      "ou=d,ou=g,dc=b",
      "cn=e,dc=b",
      "f",
      "cn=\\00,ou=g,dc=b",
      "cn=,ou=g,dc=b",
    ];
    expect((await ask(usual({ ...USUAL, memberOf }), inOne)).identity?.groups).toEqual(["a,b"]);
  });
});

test("a search for groups that never ends is ended", async () => {
  const groups = { from: "search", baseDn: "ou=g,dc=b", name: "cn" };
  let pages = 0;
  const endless: Answer = (asked) => {
    if (asked.operation !== SEARCH || !asked.text.includes("ou=g")) return usual()(asked);
    pages += 1;
    const found = entry(asked.messageId, `cn=g${pages},ou=g,dc=b`, { cn: [`g${pages}`] });
    return [found, result(asked.messageId, FOUND, 0, "", Buffer.from("more"))];
  };
  const { identity } = await ask(endless, { groups, timeoutSeconds: 10 });
  expect(identity?.groups).toHaveLength(50);
  expect(lines.pop()).toMatch(/^warn not all groups/);
  const refused: Answer = (asked) =>
    asked.text.includes("ou=g") ? result(asked.messageId, FOUND, 32) : usual()(asked);
  expect((await ask(refused, { groups })).isUnavailable).toBe(true);
  expect(lines.pop()).toContain("groups.baseDn");
});

test("the words of a directory are in the log, quoted and short, and not in the error", async () => {
  const told: Answer = ({ operation, messageId }) =>
    result(messageId, operation === BIND ? BOUND : FOUND, operation === BIND ? 0 : 50, `no\n${"x".repeat(1000)}`);
  expect((await ask(told)).isUnavailable).toBe(true);
  expect(lines.at(-1)).toContain("code 50");
  expect(lines.at(-1)).not.toContain("\n");
  expect(lines.at(-1)?.length).toBeLessThan(500);
});

test("somebody who is not there is refused as slowly as a wrong password", async () => {
  const slow: Answer = (asked) => {
    if (asked.operation === SEARCH)
      return asked.text.includes("alice") ? usual()(asked) : result(asked.messageId, FOUND);
    if (asked.connection === 1 || asked.text.includes("cn=s")) return result(asked.messageId, BOUND);
    setTimeout(() => asked.socket.write(result(asked.messageId, BOUND, 49)), 150);
    return null;
  };
  const directory = await startFakeDirectory(slow);
  directories.push(directory);
  const source = open(directory.url, {});
  expect(await source.verify("alice", "wrong")).toBeNull();
  const startedAt = performance.now();
  expect(await source.verify("nobody", "wrong")).toBeNull();
  expect(performance.now() - startedAt).toBeGreaterThan(140);
});
