import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { describeWith } from "../../test/support/requirements.ts";
import { type MailConfig, mailConfig } from "./config.ts";
import { type Mail, MailError, Mailer } from "./mailer.ts";

const PASSWORD = "canary-password-7f3a";
const MAIL: Mail = { to: "alice@example.com", subject: "Hello", text: "Good morning.\n" };

const stops: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const configure = (settings: Record<string, unknown>): MailConfig =>
  mailConfig.parse({ host: "127.0.0.1", from: "Berth <berth@example.com>", security: "none", ...settings });

async function failure(config: MailConfig, mail: Partial<Mail> = {}, timeoutMs = 20_000): Promise<MailError> {
  const error: unknown = await new Mailer({ config, timeoutMs }).send({ ...MAIL, ...mail }).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MailError)) throw new Error(`it was sent, or failed otherwise: ${Bun.inspect(error)}`);
  const shown = Bun.inspect(error)
    .split("\n")
    .filter((it) => it.includes("error:"))
    .join();
  for (const secret of [PASSWORD, btoa(PASSWORD), btoa(`\0me\0${PASSWORD}`)]) {
    expect(`${error.message}${shown}${JSON.stringify(error)}`).not.toContain(secret);
  }
  expect(error.cause).toBeUndefined();
  expect(error.message.length).toBeLessThan(400);
  expect(error.message).toMatch(/^[\x20-\x7e]*$/);
  return error;
}

type Received = { from: string; to: string[]; user: string | null; isSecure: boolean; raw: string };

/** A mail server that keeps what it gets. */
async function startServer(options: SMTPServerOptions = {}): Promise<{ port: number; mails: Received[] }> {
  const mails: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, done) {
      if (username === "me" && password === PASSWORD) done(null, { user: username });
      else done(new Error(`I do not know ${username} with ${password}`));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map((it) => it.address),
          user: session.user ?? null,
          isSecure: session.secure,
          raw: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = server.listen(0, "127.0.0.1", resolve);
  await promise;
  stops.push(() => new Promise<void>((done) => server.close(done)));
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, mails };
}

/** A server that is none: `talk` says what it does with a connection, and with each piece of text that comes. */
function startListener(
  open: (say: (text: string) => void) => void,
  heard: (text: string, say: (text: string) => void) => void = () => undefined,
) {
  let closed = 0;
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => open((text) => void socket.write(text)),
      data: (socket, bytes) => heard(bytes.toString(), (text) => void socket.write(text)),
      close: () => void (closed += 1),
    },
  });
  stops.push(() => server.stop(true));
  return { port: server.port, closedCount: () => closed };
}

/** Answers each line with the first answer whose name it starts with. */
const answering = (answers: Record<string, string>) => (text: string, say: (text: string) => void) => {
  for (const line of text.split("\r\n").filter((it) => it !== "")) {
    const name = Object.keys(answers).find((it) => line.startsWith(it));
    if (name !== undefined) say(answers[name] ?? "");
  }
};

const headersOf = (raw: string) => raw.slice(0, raw.indexOf("\r\n\r\n"));
const bodyOf = (raw: string) => {
  const quoted = raw.slice(raw.indexOf("\r\n\r\n") + 4).replaceAll("=\r\n", "");
  return Buffer.from(
    quoted.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString();
};

describe("what would break out of its place is refused before a connection", () => {
  test.each([
    "",
    "alice",
    "alice@example.com\r\nBcc: eve@example.com",
    "alice@example.com\nBcc: eve@example.com",
    "alice@example.com\r\nRCPT TO:<eve@example.com>",
    "alice@example.com, eve@example.com",
    "alice@example.com;eve@example.com",
    "alice@example.com eve@example.com",
    "<eve@example.com>",
    "Alice <alice@example.com>",
    '"alice@example.com> eve"@example.com',
    "alice@eve@example.com",
    "alice(eve)@example.com",
    "alice@example.com\0",
    "alice@[127.0.0.1]",
    "alice@-example.com",
    "alice@example..com",
    ".alice@example.com",
    "al..ice@example.com",
    "alice@exämple.com",
    "älice@example.com",
    "undisclosed:alice@example.com;",
    `${"a".repeat(65)}@example.com`,
    `a@${"b.".repeat(150)}com`,
    "a@".repeat(1_000_000),
  ])("recipient %#", async (to) => {
    const { port, mails } = await startServer();
    expect(await failure(configure({ port }), { to })).toMatchObject({ isPermanent: true });
    expect(mails).toEqual([]);
  });

  test.each([
    "Hello\r\nBcc: eve@example.com",
    "a\nb",
    "a\rb",
    "a\0b",
    "a\u2028b",
    "a\u0085b",
    "\u202eolleh",
    "x".repeat(201),
  ])("subject %#", async (subject) => {
    const { port, mails } = await startServer();
    expect(await failure(configure({ port }), { subject })).toMatchObject({ isPermanent: true });
    expect(mails).toEqual([]);
  });

  test("a text that is huge or holds NUL", async () => {
    const { port } = await startServer();
    expect(await failure(configure({ port }), { text: "x".repeat(65_537) })).toMatchObject({ isPermanent: true });
    expect(await failure(configure({ port }), { text: "a\0b" })).toMatchObject({ isPermanent: true });
  });

  test("without a mail server nothing is sent", async () => {
    const mailer = new Mailer({ config: null });
    expect(mailer.isConfigured).toBe(false);
    await expect(mailer.send(MAIL)).rejects.toThrow("mail.host");
  });
});

describe("servers that do not do their part cost a bounded time", () => {
  test("nobody listens", async () => {
    const { port, ...server } = await startServer();
    expect(server.mails).toEqual([]);
    for (const stop of stops.splice(0)) await stop();
    expect((await failure(configure({ port }))).message).toContain("cannot send through the mail server");
  });

  test("a name that is none", async () => {
    await failure(configure({ host: "mail.invalid" }), {}, 2_000);
  });

  test("silence", async () => {
    const server = startListener(() => undefined);
    expect((await failure(configure({ port: server.port }), {}, 300)).message).toContain("within 300 ms");
    await Bun.sleep(50);
    expect(server.closedCount()).toBe(1);
  });

  test("silence where TLS should begin", async () => {
    const server = startListener(() => undefined);
    await failure(configure({ port: server.port, security: "tls" }), {}, 300);
    const after = startListener(
      (say) => say("220 hello\r\n"),
      answering({ EHLO: "250-hello\r\n250 STARTTLS\r\n", STARTTLS: "220 go\r\n" }),
    );
    await failure(configure({ port: after.port, security: "starttls" }), {}, 300);
  });

  test("a byte now and then, which no limit of a single step ends", async () => {
    let timer: Timer | null = null;
    stops.push(() => clearInterval(timer ?? undefined));
    const server = startListener((say) => {
      timer = setInterval(() => say("220-slow\r\n"), 20);
    });
    expect((await failure(configure({ port: server.port }), {}, 400)).message).toContain("within 400 ms");
  });

  test("a server that is slow with every answer, but not too slow, gets the message", async () => {
    const { port, mails } = await startServer({ onRcptTo: (_address, _session, done) => void setTimeout(done, 200) });
    await new Mailer({ config: configure({ port }) }).send(MAIL);
    expect(mails).toHaveLength(1);
  });

  test("a server that is slow with every answer, and all in all too slow", async () => {
    const late = (_address: unknown, _session: unknown, done: () => void) => void setTimeout(done, 300);
    const { port, mails } = await startServer({ onMailFrom: late, onRcptTo: late });
    expect((await failure(configure({ port }), {}, 500)).message).toContain("within 500 ms");
    expect(mails).toEqual([]);
  });

  test("an answer without an end", async () => {
    const server = startListener((say) => {
      say("220-");
      for (let count = 0; count < 50; count++) say("x".repeat(10_000));
    });
    expect((await failure(configure({ port: server.port }), {}, 5_000)).message).not.toContain("xxxx".repeat(60));
  });

  test.each(["HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n\r\n\r\n", "999 what\r\n", "\u001b[31m550 no\r\n", "220"])(
    "garbage for a greeting: %#",
    async (greeting) => {
      await failure(configure({ port: startListener((say) => say(greeting)).port }), {}, 300);
    },
  );

  test("only so many at once", async () => {
    const server = startListener(() => undefined);
    const mailer = new Mailer({ config: configure({ port: server.port }), timeoutMs: 300 });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => mailer.send(MAIL)));
    const reasons = results.map((it) =>
      it.status === "rejected" && it.reason instanceof MailError ? it.reason.message : "",
    );
    expect(reasons.filter((it) => it.includes("too many"))).toHaveLength(4);
    expect(reasons.filter((it) => it.includes("within 300 ms"))).toHaveLength(16);
    // The places are free again.
    await expect(mailer.send(MAIL)).rejects.toThrow("within 300 ms");
  });
});

describe("what the server refuses", () => {
  test("an address for good, and one for now", async () => {
    let code = 550;
    const { port } = await startServer({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error("no\u001b[31m such mailbox"), { responseCode: code })),
    });
    const permanent = await failure(configure({ port }));
    expect(permanent.isPermanent).toBe(true);
    expect(permanent.message).toContain("RCPT TO: 550 no");
    code = 450;
    expect((await failure(configure({ port }))).isPermanent).toBe(false);
  });

  test("a plain connection where encryption was asked for: nothing is sent", async () => {
    const { port, mails } = await startServer({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"] });
    await failure(configure({ port, security: "starttls", user: "me", password: PASSWORD }));
    await failure(configure({ port, security: "tls", user: "me", password: PASSWORD }), {}, 1_000);
    expect(mails).toEqual([]);
  });

  test("text that is said before the encryption does not count after it", async () => {
    const heard: string[] = [];
    const server = startListener(
      (say) => say("220 hello\r\n"),
      (text, say) => {
        heard.push(text);
        answering({
          EHLO: "250-hello\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n",
          STARTTLS: "220 go\r\n250 AUTH PLAIN\r\n",
        })(text, say);
      },
    );
    await failure(configure({ port: server.port, security: "starttls", user: "me", password: PASSWORD }), {}, 500);
    expect(heard.join("")).not.toContain("AUTH");
    expect(heard.join("")).not.toContain("MAIL");
  });
});

test("what is sent is what was meant: lines, letters, dots and long links", async () => {
  const { port, mails } = await startServer();
  const text = `Grüße, 木\n.\n..\n.\nFrom here\nhttps://example.com/${"a1".repeat(300)}?x=1\n\r\nend`;
  await new Mailer({ config: configure({ port }) }).send({
    to: "o'neil+x@mail.example.com",
    subject: "Grüße: 木",
    text,
  });
  const [mail] = mails;
  if (mail === undefined) throw new Error("nothing came");
  expect(mail).toMatchObject({
    from: "berth@example.com",
    to: ["o'neil+x@mail.example.com"],
    user: null,
    isSecure: false,
  });
  expect(bodyOf(mail.raw).trimEnd()).toBe(text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n"));
  const headers = headersOf(mail.raw);
  expect(headers).toContain("From: Berth <berth@example.com>");
  expect(headers).toContain("To: o'neil+x@mail.example.com");
  expect(headers).toMatch(/^Subject: =\?UTF-8\?/m);
  expect(headers).toContain("Auto-Submitted: auto-generated");
  expect(headers).toMatch(/^Message-ID: <[^<>\s]+@example\.com>/im);
  expect(headers).not.toMatch(/^(Bcc|Cc|X-Mailer)/im);
});

test.each([
  ["host", { host: "mail.example.com\r\nx" }],
  ["host", { host: "" }],
  ["host", { host: "smtp://mail.example.com" }],
  ["from", { from: "berth" }],
  ["from", { from: "Berth <berth@example.com>\r\nBcc: <eve@example.com>" }],
  ["from", { from: "berth@example.com, eve@example.com" }],
  ["from", { from: "a".repeat(1_000_000) }],
  ["user", { user: "me", security: "tls" }],
  ["user", { password: PASSWORD }],
  ["security", { user: "me", password: PASSWORD, security: "none" }],
  ["security", { security: "ssl" }],
  ["port", { port: 0 }],
])("the configuration refuses a wrong %s: %#", (key, settings) => {
  const { error } = mailConfig.safeParse({ host: "mail.example.com", from: "berth@example.com", ...settings });
  expect(error?.issues.map((it) => it.path[0])).toEqual([key]);
  expect(JSON.stringify(error)).not.toContain(PASSWORD);
});

describeWith("encrypted", ["openssl"], () => {
  let directory: string;
  let ca: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "berth-mail-"));
    ca = join(directory, "ca.pem");
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=ca",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
    );
    issue("good", "DNS:localhost,IP:127.0.0.1");
    issue("other", "DNS:mail.example.com,IP:127.0.0.2");
    issue("old", "DNS:localhost,IP:127.0.0.1", "20200101000000Z", "20200102000000Z");
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function openssl(...args: string[]): void {
    const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd: directory });
    if (exitCode !== 0) throw new Error(stderr.toString());
  }

  function issue(name: string, hosts: string, notBefore = "", notAfter = ""): void {
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      `/CN=${name}`,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
    );
    writeFileSync(join(directory, "ext"), `subjectAltName=${hosts}\n`);
    if (notBefore === "") {
      openssl(
        "x509",
        "-req",
        "-in",
        `${name}.csr`,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-days",
        "2",
        "-extfile",
        "ext",
        "-out",
        `${name}.pem`,
      );
      return;
    }
    writeFileSync(join(directory, "index.txt"), "");
    writeFileSync(
      join(directory, "ca.cnf"),
      "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n",
    );
    openssl(
      "ca",
      "-batch",
      "-config",
      "ca.cnf",
      "-in",
      `${name}.csr`,
      "-cert",
      "ca.pem",
      "-keyfile",
      "ca.key",
      "-startdate",
      notBefore,
      "-enddate",
      notAfter,
      "-extfile",
      "ext",
      "-out",
      `${name}.pem`,
      "-notext",
    );
  }

  const pair = (name: string) => ({
    key: readFileSync(join(directory, `${name}.key`), "utf8"),
    cert: readFileSync(join(directory, `${name}.pem`), "utf8"),
  });
  const login = { user: "me", password: PASSWORD };

  describe.each(["starttls", "tls"] as const)("with %s", (security) => {
    const start = (name: string, options: SMTPServerOptions = {}) =>
      startServer({ ...pair(name), secure: security === "tls", authOptional: false, ...options });

    test.each(["127.0.0.1", "localhost"])("logs in at %s and sends", async (host) => {
      const { port, mails } = await start("good");
      await new Mailer({ config: configure({ host, port, security, ca, ...login }) }).send(MAIL);
      expect(mails).toMatchObject([{ user: "me", isSecure: true, to: [MAIL.to] }]);
    });

    test.each([
      ["of an unknown authority", "good", false],
      ["for another host", "other", true],
      ["that has expired", "old", true],
    ])("a certificate %s is refused, and nobody logs in", async (_, name, isTrusted) => {
      const { port, mails } = await start(name);
      const settings = { port, security, ...login, ...(isTrusted ? { ca } : {}) };
      for (const host of ["127.0.0.1", "localhost"]) {
        const error = await failure(configure({ host, ...settings }), {}, 5_000);
        expect(error.message).not.toContain("within");
      }
      expect(mails).toEqual([]);
    });

    test("a version of TLS that is too old is refused", async () => {
      const { port, mails } = await start("good", { minVersion: "TLSv1", maxVersion: "TLSv1.1" });
      await failure(configure({ port, security, ca, ...login }), {}, 5_000);
      expect(mails).toEqual([]);
    });

    test("a wrong password is refused, and not repeated though the server does so", async () => {
      const { port, mails } = await start("good");
      const error = await failure(configure({ port, security, ca, user: "you", password: PASSWORD }));
      expect(error.message).toContain("refused the login (535");
      expect(error.message).not.toContain("you");
      expect(mails).toEqual([]);
    });

    test("a server that offers no login gets no message from nobody", async () => {
      const { port, mails } = await start("good", { disabledCommands: ["AUTH"], authOptional: true });
      await failure(configure({ port, security, ca, ...login }), {}, 5_000);
      expect(mails).toEqual([]);
    });
  });

  test("a file of authorities that is not there is named", async () => {
    const { port } = await startServer(pair("good"));
    const missing = join(directory, "missing.pem");
    expect((await failure(configure({ port, security: "starttls", ca: missing }))).message).toContain(missing);
  });
});
