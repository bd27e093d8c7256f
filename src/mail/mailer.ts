/**
 * Sends messages to people, one a connection, through the one mail server that the configuration names. What the server
 * says or does not say costs a bounded time; what it says to a login is not repeated, because it may quote the password.
 */
import type { SMTPTransportOptions } from "nodemailer";
import { isMailAddress, type Mailbox, parseMailbox } from "./address.ts";
import type { MailConfig } from "./config.ts";

export type Mail = {
  /** One address. */
  to: string;
  subject: string;
  /** Plain text. */
  text: string;
};

export type MailerParts = {
  /** Null when no mail server is configured. */
  config: MailConfig | null;
  /** Milliseconds that sending one message may take. */
  timeoutMs?: number;
};

const TIMEOUT_MS = 30_000;
const MAX_SENDING = 16;
const MAX_SUBJECT_LENGTH = 200;
const MAX_TEXT_LENGTH = 64 * 1024;
const MAX_RESPONSE_BYTES = 64 * 1024;
const MAX_QUOTED_LENGTH = 200;
/** How long a server that was hung up on may take to notice. */
const CLOSE_TIMEOUT_MS = 1_000;
const DEFAULT_PORTS = { starttls: 587, tls: 465, none: 25 } as const;
/** The commands of a message itself: what the server says to them is about addresses and content. */
const MESSAGE_COMMANDS = ["MAIL FROM", "RCPT TO", "DATA"];
const CONTROLS = /[\p{C}\u2028\u2029]+/gu;

/** The message was not sent. The text says why, for the log and administrators: not for whoever asked for a mail. */
export class MailError extends Error {
  override readonly name = "MailError";
  /** Whether it would fail again: the address or the message was refused. */
  readonly isPermanent: boolean;

  constructor(message: string, { isPermanent }: { isPermanent: boolean }) {
    super(message);
    this.isPermanent = isPermanent;
  }
}

export class Mailer {
  readonly #config: MailConfig | null;
  readonly #timeoutMs: number;
  #sending = 0;

  constructor({ config, timeoutMs = TIMEOUT_MS }: MailerParts) {
    this.#config = config;
    this.#timeoutMs = timeoutMs;
  }

  get isConfigured(): boolean {
    return this.#config !== null;
  }

  /** Resolves when the mail server has taken the message; whether it arrives, nobody can say. Throws MailError. */
  async send(mail: Mail): Promise<void> {
    const config = this.#config;
    if (config === null) throw temporary("no mail server is configured: set mail.host and mail.from");
    const from = parseMailbox(config.from);
    if (from === null) throw permanent("mail.from is no e-mail address");
    assertSound(mail);
    if (this.#sending >= MAX_SENDING) throw temporary("too many messages are being sent at the moment");
    this.#sending += 1;
    try {
      await this.#deliver(config, from, mail);
    } finally {
      this.#sending -= 1;
    }
  }

  async #deliver(config: MailConfig, from: Mailbox, mail: Mail): Promise<void> {
    // The library knows limits for each step; a server that is a little slow at each of many would outlast them all.
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const options = await transportOptions(config, this.#timeoutMs);
    const { createTransport } = await import("nodemailer");
    const transport = createTransport(options);
    try {
      await transport.sendMail({
        // As objects, so that nothing in a text is taken for a second address.
        from,
        to: { name: "", address: mail.to },
        envelope: { from: from.address, to: [mail.to] },
        subject: mail.subject,
        text: mail.text,
        textEncoding: "quoted-printable",
        headers: { "Auto-Submitted": "auto-generated" },
        signal,
      });
    } catch (error) {
      // The error itself may hold what the server said to the login.
      throw describeFailure(error, signal, this.#timeoutMs);
    } finally {
      transport.close();
    }
  }
}

/** Throws MailError for what would break out of its header, or is none of one message. */
function assertSound({ to, subject, text }: Mail): void {
  if (!isMailAddress(to)) throw permanent("the recipient is no e-mail address");
  if (subject.length > MAX_SUBJECT_LENGTH || subject.search(CONTROLS) >= 0) {
    throw permanent("the subject is too long, or holds line breaks or control characters");
  }
  if (text.length > MAX_TEXT_LENGTH || text.includes("\0")) throw permanent("the text is too long, or holds NUL");
}

async function transportOptions(config: MailConfig, timeoutMs: number): Promise<SMTPTransportOptions> {
  const { host, port, security, user, password, ca } = config;
  return {
    host,
    port: port ?? DEFAULT_PORTS[security],
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: {
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca: await readAuthorities(ca) }),
    },
    // Without forceAuth a server that offers no login would get the message from nobody.
    ...(user === undefined ? {} : { auth: { user, pass: password?.reveal() ?? "" }, forceAuth: true }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: CLOSE_TIMEOUT_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  };
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch {
    throw temporary(`cannot read ${path}, which mail.ca names`);
  }
}

function describeFailure(error: unknown, signal: AbortSignal, timeoutMs: number): MailError {
  if (signal.aborted) return temporary(`the mail server did not take the message within ${timeoutMs} ms`);
  if (!(error instanceof Error)) return temporary("the message could not be sent");
  const code = textOf(error, "code");
  const command = textOf(error, "command");
  const response = textOf(error, "response");
  const status = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})\b)?/.exec(response);
  const numbers = status ? ` (${[status[1], status[2]].filter(Boolean).join(" ")})` : "";
  if (code === "EAUTH" || command.startsWith("AUTH")) return temporary(`the mail server refused the login${numbers}`);
  if (MESSAGE_COMMANDS.includes(command) && response !== "") {
    const said = clean(response);
    return new MailError(`the mail server answered to ${command}: ${said}`, { isPermanent: response.startsWith("5") });
  }
  // Before a login nothing secret was sent; a reply in such an error is cut off all the same.
  const step = command === "CONN" ? "the connection" : command || code;
  const reason = response === "" ? clean(error.message) : `it refused ${step}${numbers}`;
  return temporary(`cannot send through the mail server: ${reason}`);
}

function textOf(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : "";
}

/** A server's words, short and on one line. */
function clean(text: string): string {
  const line = text
    .slice(0, MAX_QUOTED_LENGTH * 2)
    .replace(CONTROLS, " ")
    .trim();
  return line.slice(0, MAX_QUOTED_LENGTH);
}

function temporary(message: string): MailError {
  return new MailError(message, { isPermanent: false });
}

function permanent(message: string): MailError {
  return new MailError(message, { isPermanent: true });
}
