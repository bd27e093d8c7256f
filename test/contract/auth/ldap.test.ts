// Logins against a real directory: Debian's slapd. What a directory that misbehaves does is in src/auth/drivers/ldap.test.ts.

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { ldapSource } from "../../../src/auth/drivers/ldap.ts";
import { ldapConfig } from "../../../src/auth/ldap-config.ts";
import { type PasswordSource, SourceUnavailableError } from "../../../src/auth/source.ts";
import type { Fields, Log } from "../../../src/telemetry/log.ts";
import { startProcess } from "../../support/process.ts";
import { describeWith } from "../../support/requirements.ts";
import { BASE, PASSWORD, person, SERVICE, type Slapd, startSlapd } from "../../support/slapd.ts";
import { makeTemporaryDirectory } from "../../support/temporary.ts";

type Input = Record<string, unknown>;

const GROUPS = `ou=groups,${BASE}`;

let lines: string[] = [];
const sources: PasswordSource[] = [];
const closers: (() => Promise<void>)[] = [];

function open(url: string, input: Input = {}): PasswordSource {
  const defaults = { url, baseDn: BASE, bindDn: SERVICE.dn, bindPassword: SERVICE.password };
  const config = ldapConfig.parse({ ...defaults, timeoutSeconds: 20, ...input });
  const source = ldapSource({ ...config, name: "corp", log: logInto(lines) });
  sources.push(source);
  if (!config.startTls) expect(lines.pop()).toMatch(/^warn passwords go to this directory in the clear/);
  return source;
}

function logInto(lines: string[]): Log {
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const levels = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { ...levels, line: (text) => lines.push(text), format: "json", isInfo: true, dropped: 0, close() {} };
}

/** Between a source and the directory: what was sent, and how many connections there were. */
async function tap(port: number, onChunk: (chunk: Buffer, count: number) => Promise<void> = async () => {}) {
  const sent: Buffer[] = [];
  let [openCount, mostOpen, total] = [0, 0, 0];
  const server = createServer((near: Socket) => {
    openCount += 1;
    total += 1;
    mostOpen = Math.max(mostOpen, openCount);
    const far = connect(port, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    near.on("close", () => (openCount -= 1));
    far.on("data", (chunk) => near.write(chunk));
    near.on("data", (chunk: Buffer) => {
      sent.push(chunk);
      void onChunk(chunk, sent.length).then(() => far.write(chunk));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `ldap://127.0.0.1:${address.port}`,
    sent: () => Buffer.concat(sent).toString("latin1"),
    counts: () => ({ open: openCount, mostOpen, total }),
  };
}

describeWith("logins against slapd", ["slapd", "ldapmodify", "openssl"], () => {
  let slapd: Slapd;
  const plain = (input: Input = {}) => open(slapd.ldapUrl, { startTls: false, ...input });

  beforeAll(async () => {
    slapd = await startSlapd();
  });
  afterAll(async () => {
    await slapd?.stop();
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.close();
    for (const close of closers.splice(0)) await close();
    // Whatever happened, no password is in the log.
    expect(lines.filter((line) => line.includes(PASSWORD) || line.includes(SERVICE.password))).toEqual([]);
    lines = [];
  });

  test("the right password gives the identity, a wrong one and an unknown login give null", async () => {
    const source = open(slapd.ldapsUrl, { ca: slapd.ca });
    expect(source.name).toBe("ldap:corp");
    expect(await source.verify("alice", "wrong")).toBeNull();
    expect(await source.verify("nobody", PASSWORD)).toBeNull();
    // An entry that has no password at all.
    expect(await source.verify("plain", PASSWORD)).toBeNull();
    expect(await source.verify("alice", PASSWORD)).toEqual({
      source: "ldap:corp",
      subject: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      login: "alice",
      displayName: "Alice Example",
      email: "alice@example.com",
      isEmailVerified: false,
      groups: [`cn=developers,${GROUPS}`, `cn=r&d \\2B (ops)\\2C all,${GROUPS}`, `cn=developers,ou=other,${BASE}`],
    });
    expect(lines.filter((line) => !line.startsWith("debug"))).toEqual([]);
  });

  test("directories compare without case; the login is as the directory writes it", async () => {
    const source = plain({ emailIsVerified: true, attributes: { displayName: "description" } });
    const identity = await source.verify("ALICE", PASSWORD);
    expect(identity).toMatchObject({ login: "alice", displayName: null, isEmailVerified: true });
    expect(await plain().verify("JÜRGEN", PASSWORD)).toMatchObject({
      login: "jürgen",
      displayName: "jürgen + müller, sales",
    });
  });

  test("text that means something in a filter is only text", async () => {
    const source = plain();
    const hostile = [
      "*",
      "a*",
      "al?ce",
      "*)(uid=*",
      "admin)(|(uid=*",
      "alice)(objectClass=*",
      "alice))(|(uid=alice",
      "\\",
      "\\2a",
      "alice\\00",
      "(",
      ")",
      "&",
      "|(uid=alice)",
      "{login}",
      "$&",
      "$'",
      "alice\0",
      "\0",
      "alice\n",
      "ａｌｉｃｅ*",
      "\ud800",
      "álice",
      "é".repeat(255),
      "a".repeat(255),
      "*".repeat(255),
      "x".repeat(100_000),
      "",
      `uid=alice,ou=people,${BASE}`,
      "cn=*",
      "uid:caseExactMatch:=alice",
      "#616c696365",
    ];
    for (const login of hostile) {
      expect({ login, identity: await source.verify(login, PASSWORD) }).toEqual({ login, identity: null });
    }
    expect(await source.verify("star*(x)", PASSWORD)).toMatchObject({ login: "star*(x)" });
    expect(lines.filter((line) => !line.startsWith("debug"))).toEqual([]);
  });

  test("passwords that would not be one are refused before anything is sent", async () => {
    const wire = await tap(slapd.port);
    const source = open(wire.url, { startTls: false });
    for (const password of ["", "\0", `${PASSWORD}\0`, `\0${PASSWORD}`, "x".repeat(1025), "\udc00"]) {
      expect(await source.verify("alice", password)).toBeNull();
    }
    expect(wire.counts().total).toBe(0);
    expect(await source.verify("alice", "x".repeat(1024))).toBeNull();
    expect(await source.verify("alice", ` ${PASSWORD}`)).toBeNull();
    expect(await source.verify("alice", "*")).toBeNull();
    expect(wire.counts().total).toBe(6);
  });

  test("two entries for one login let nobody in, and the operator is told", async () => {
    expect(await plain().verify("twin", PASSWORD)).toBeNull();
    expect(lines.join("\n")).toMatch(/^warn several entries .*userFilter/m);
    expect(await plain({ userFilter: "(cn={login})" }).verify("twin two", PASSWORD)).toMatchObject({ login: "twin" });
  });

  test("references to other directories are not followed", async () => {
    const entry = `ou=elsewhere,${BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere`;
    await slapd.change(`dn: ${entry}\nref: ldap://127.0.0.1:1/ou=elsewhere,${BASE}\n`);
    expect(await plain().verify("alice", PASSWORD)).toMatchObject({ login: "alice" });
    await expect(plain({ baseDn: `ou=elsewhere,${BASE}` }).verify("alice", PASSWORD)).rejects.toThrow(
      SourceUnavailableError,
    );
    expect(lines.at(-1)).toContain("baseDn lies in another directory");
  });

  test("the subject stays when a person is renamed, and is another one for another person", async () => {
    await slapd.change(person("uid=carol", "carol", "Carol", "carol@example.com"));
    const before = await plain().verify("carol", PASSWORD);
    await slapd.change(
      `dn: uid=carol,ou=people,${BASE}\nchangetype: modrdn\nnewrdn: uid=caroline\ndeleteoldrdn: 1\nnewsuperior: ou=other,${BASE}\n`,
    );
    expect(await plain().verify("carol", PASSWORD)).toBeNull();
    const after = await plain().verify("caroline", PASSWORD);
    expect(after).toMatchObject({ login: "caroline", subject: before?.subject });
    await slapd.change(person("uid=carol", "carol", "Another", "carol2@example.com"));
    expect((await plain().verify("carol", PASSWORD))?.subject).not.toBe(before?.subject);
    expect(await plain({ attributes: { subject: "dn" } }).verify("carol", PASSWORD)).toMatchObject({
      subject: `uid=carol,ou=people,${BASE}`,
    });
  });

  test("an entry without the subject lets nobody in, and the operator is told what to set", async () => {
    const source = plain({ attributes: { subject: "objectGUID" } });
    expect(await source.verify("alice", "wrong")).toBeNull();
    await expect(source.verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
    expect(lines.at(-1)).toContain("attributes.subject");
  });

  test("groups are those of one place, by a short name", async () => {
    const groups = { baseDn: ` OU=Groups, ${BASE.toUpperCase()}`, name: "cn" };
    expect((await plain({ groups }).verify("alice", PASSWORD))?.groups).toEqual(["developers", "r&d + (ops), all"]);
    const search = { ...groups, from: "search" };
    expect((await plain({ groups: search }).verify("alice", PASSWORD))?.groups).toEqual([
      "developers",
      "r&d + (ops), all",
    ]);
    expect((await plain({ groups: search }).verify("jürgen", PASSWORD))?.groups).toEqual(["r&d + (ops), all"]);
    const unix = { ...search, filter: "(&(objectClass=posixGroup)(memberUid={login}))" };
    expect((await plain({ groups: unix }).verify("ALICE", PASSWORD))?.groups).toEqual(["unix"]);
    expect((await plain({ groups: unix }).verify("star*(x)", PASSWORD))?.groups).toEqual([`unix`]);
    expect((await plain({ groups: unix }).verify("bob", PASSWORD))?.groups).toEqual([]);
    const whole = { from: "search", baseDn: `ou=other,${BASE}` };
    expect((await plain({ groups: whole }).verify("bob", PASSWORD))?.groups).toEqual([
      `cn=developers,ou=other,${BASE}`,
    ]);
    expect((await plain({ groups: { from: "none" } }).verify("alice", PASSWORD))?.groups).toEqual([]);
  });

  test("1,500 groups: a search reads them page by page, and 1,000 count", async () => {
    const busy = `uid=busy,ou=people,${BASE}`;
    await slapd.change(person("uid=busy", "busy", "Busy", "busy@example.com"));
    const group = (index: number) =>
      `dn: cn=g${index},${GROUPS}\nobjectClass: groupOfNames\ncn: g${index}\nmember: ${busy}\n`;
    await slapd.change(Array.from({ length: 700 }, (_, index) => group(index)).join("\n"));
    const search = { groups: { from: "search", baseDn: GROUPS, name: "cn" } };
    const all = await plain(search).verify("busy", PASSWORD);
    expect(new Set(all?.groups)).toEqual(new Set(Array.from({ length: 700 }, (_, index) => `g${index}`)));
    expect((await plain().verify("busy", PASSWORD))?.groups).toHaveLength(700);
    expect(lines).toEqual([]);
    await slapd.change(Array.from({ length: 800 }, (_, index) => group(700 + index)).join("\n"));
    for (const input of [search, {}]) {
      const identity = await plain(input).verify("busy", PASSWORD);
      expect(new Set(identity?.groups).size).toBe(1000);
      expect(lines.pop()).toMatch(/^warn not all groups .*"counted":1000/);
    }
  });

  test("a directory that cuts a list short: what came counts, and the operator is told", async () => {
    const small = await startSlapd({ names: null, sizeLimit: 3 });
    try {
      const groups = { from: "search", baseDn: BASE, filter: "(|(objectClass=*)(cn={login}))" };
      const identity = await open(small.ldapUrl, { startTls: false, groups }).verify("alice", PASSWORD);
      expect(identity?.groups).toHaveLength(3);
      expect(lines.pop()).toMatch(/^warn not all groups .*"counted":3/);
    } finally {
      await small.stop();
    }
  });

  test("a wrong service account makes the source unavailable and tells the operator what to fix", async () => {
    for (const input of [{ bindPassword: "another secret" }, { bindDn: `cn=nobody,${BASE}` }]) {
      const failure = await plain(input)
        .verify("alice", PASSWORD)
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SourceUnavailableError);
      expect(Bun.inspect(failure)).not.toMatch(/another secret|service-password/);
      expect(lines.pop()).toMatch(/^error .*refuses the service account: check bindDn and bindPassword/);
    }
    await expect(plain({ baseDn: `ou=missing,${BASE}` }).verify("alice", PASSWORD)).rejects.toThrow();
    expect(lines.pop()).toContain("baseDn does not exist");
    await expect(plain({ userFilter: "(uid;x={login})" }).verify("alice", PASSWORD)).rejects.toThrow();
    expect(lines.pop()).toContain("check userFilter");
  });

  test("StartTLS and LDAPS verify the server; what goes over the wire is no password", async () => {
    const wire = await tap(slapd.port);
    expect(await open(wire.url, { ca: slapd.ca }).verify("alice", PASSWORD)).toMatchObject({ login: "alice" });
    expect(wire.counts().total).toBe(2);
    for (const url of [slapd.ldapsUrl, wire.url]) {
      await expect(open(url).verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
      expect(lines.pop()).toMatch(/certificate/);
    }
    expect(wire.sent()).not.toContain(PASSWORD);
    expect(wire.sent()).not.toContain(SERVICE.password);
    await expect(open(slapd.ldapsUrl, { ca: "/nowhere/ca.crt" }).verify("alice", PASSWORD)).rejects.toThrow();
    expect(lines.pop()).toContain("ENOENT");
    for (const url of [slapd.ldapsUrl, slapd.ldapUrl]) {
      for (const ca of ["/etc/passwd", "/dev/null"]) {
        await expect(open(url, { ca }).verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
        expect(lines.pop()).toMatch(/certificate/);
      }
    }
    // And the tap would have seen it.
    await open(wire.url, { startTls: false }).verify("alice", PASSWORD);
    expect(wire.sent()).toContain(PASSWORD);
  });

  test("a certificate for another name, and one of another authority, are refused", async () => {
    const other = await startSlapd({ names: "DNS:elsewhere.example" });
    try {
      for (const url of [other.ldapsUrl, other.ldapUrl]) {
        for (const ca of [other.ca, slapd.ca]) {
          await expect(open(url, { ca }).verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
          expect(lines.pop()).toMatch(/certificate|altnames/i);
        }
      }
    } finally {
      await other.stop();
    }
  });

  test("a directory that does not offer StartTLS gets no password", async () => {
    const bare = await startSlapd({ names: null });
    try {
      const wire = await tap(bare.port);
      await expect(open(wire.url).verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
      expect(lines.pop()).toContain("does not start TLS");
      expect(wire.sent()).toHaveLength(31);
      expect(await open(wire.url, { startTls: false }).verify("alice", PASSWORD)).not.toBeNull();
    } finally {
      await bare.stop();
    }
  });

  test("a server of TLS 1.1 is refused", async () => {
    const serve = async (version: string) => {
      const directory = await makeTemporaryDirectory("tls11");
      const files = slapd.ca.replace(/ca\.crt$/, "server");
      const server = await startProcess({
        name: "openssl",
        command: [
          ..."openssl s_server -accept 127.0.0.1:0 -cipher DEFAULT:@SECLEVEL=0 -www".split(" "),
          version,
          "-cert",
          `${files}.crt`,
          "-key",
          `${files}.key`,
        ],
        cwd: directory.path,
        ready: (logs) => /ACCEPT .*:\d+/.test(logs),
      });
      closers.push(async () => {
        await server.kill();
        await directory.remove();
      });
      const port = /ACCEPT .*:(\d+)/.exec(server.logs())?.[1] ?? "";
      const source = open(`ldaps://127.0.0.1:${port}`, { ca: slapd.ca, timeoutSeconds: 3 });
      await expect(source.verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
      return lines.pop();
    };
    expect(await serve("-tls1_1")).toMatch(/cannot be reached.*(protocol|version)/i);
    // With this one TLS begins, and then nobody answers.
    expect(await serve("-tls1_2")).toContain("within 3 s");
  });

  test("without a service account a person's own connection reads the entry and the groups", async () => {
    const settings = ["access to attrs=mail by self read by * none"];
    const everyone = await startSlapd({ isOpen: true, settings });
    try {
      const own = { bindDn: undefined, bindPassword: undefined, startTls: false };
      const source = open(everyone.ldapUrl, own);
      expect(await source.verify("alice", "wrong")).toBeNull();
      expect(await source.verify("alice", PASSWORD)).toMatchObject({
        email: "alice@example.com",
        groups: expect.arrayContaining([`cn=developers,${GROUPS}`]),
      });
      const search = open(everyone.ldapUrl, { ...own, groups: { from: "search", baseDn: GROUPS, name: "cn" } });
      expect((await search.verify("bob", PASSWORD))?.groups).toEqual(["developers"]);
    } finally {
      await everyone.stop();
    }
    const closed = plain({ bindDn: undefined, bindPassword: undefined });
    await expect(closed.verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
    expect(lines.pop()).toContain("baseDn does not exist, or the account that searches may not read it");
  });

  test("a burst of logins opens few connections, and all of them end", async () => {
    const wire = await tap(slapd.port);
    const source = open(wire.url, { startTls: false });
    const burst = Array.from({ length: 300 }, (_, index) => source.verify(index % 2 ? "alice" : "bob", PASSWORD));
    const outcomes = await Promise.allSettled(burst);
    expect(outcomes.filter((it) => it.status === "fulfilled" && it.value !== null)).toHaveLength(264);
    expect(outcomes.filter((it) => it.status === "rejected")).toHaveLength(36);
    expect(wire.counts()).toMatchObject({ total: 528 });
    expect(wire.counts().mostOpen).toBeLessThanOrEqual(24);
    for (let tries = 0; wire.counts().open > 0 && tries < 200; tries += 1) await Bun.sleep(10);
    expect(wire.counts().open).toBe(0);
    expect(await source.verify("alice", PASSWORD)).not.toBeNull();
  });

  test("a directory that stops answering is unavailable soon, and asked again when it is back", async () => {
    const source = open(slapd.ldapsUrl, { ca: slapd.ca, timeoutSeconds: 1 });
    slapd.freeze();
    try {
      const outcomes = await Promise.allSettled(["a", "b", "c"].map((login) => source.verify(login, PASSWORD)));
      expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
      expect(lines.pop()).toContain("did not answer within 1 s");
    } finally {
      slapd.thaw();
    }
    const patient = open(slapd.ldapsUrl, { ca: slapd.ca });
    expect(await patient.verify("alice", PASSWORD)).not.toBeNull();
    // Stopping ends what runs.
    slapd.freeze();
    try {
      const running = patient.verify("alice", PASSWORD);
      await patient.close();
      await expect(running).rejects.toThrow(SourceUnavailableError);
      await expect(patient.verify("alice", PASSWORD)).rejects.toThrow(SourceUnavailableError);
    } finally {
      slapd.thaw();
    }
  });

  test("a directory that dies in the middle of a search is unavailable at once", async () => {
    const doomed = await startSlapd({ names: null });
    try {
      // The second thing said is the search: the first is the bind of the service account.
      const wire = await tap(doomed.port, async (_, count) => (count === 2 ? doomed.kill() : undefined));
      await expect(open(wire.url, { startTls: false }).verify("alice", PASSWORD)).rejects.toThrow(
        SourceUnavailableError,
      );
      expect(lines.pop()).toContain("closed the connection");
      await expect(open(doomed.ldapUrl, { startTls: false }).verify("alice", PASSWORD)).rejects.toThrow();
      expect(lines.pop()).toContain("ECONNREFUSED");
    } finally {
      await doomed.stop();
    }
  });
});
