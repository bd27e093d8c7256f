// A mail server of a test's own that keeps what it gets.

import { SMTPServer } from "smtp-server";

export interface MailServer {
  port: number;
  /** For the configuration of a server that sends through it. */
  environment: Record<string, string>;
  /** The next message to this address, its text decoded; throws when none comes in time. */
  take(to: string): Promise<string>;
  /** Messages that nobody took. */
  count(): number;
  stop(): Promise<void>;
}

const PATIENCE_MS = 5_000;

export async function startMailServer(): Promise<MailServer> {
  let mails: { to: string; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const text = decode(Buffer.concat(chunks).toString());
        for (const { address } of session.envelope.rcptTo) mails.push({ to: address.toLowerCase(), text });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    environment: {
      BERTH_MAIL_HOST: "127.0.0.1",
      BERTH_MAIL_PORT: String(address.port),
      BERTH_MAIL_SECURITY: "none",
      BERTH_MAIL_FROM: "Berth <berth@example.com>",
    },
    take: async (to) => {
      for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
        const found = mails.find((it) => it.to === to.toLowerCase());
        if (found) {
          mails = mails.filter((it) => it !== found);
          return found.text;
        }
        await Bun.sleep(10);
      }
      throw new Error(`no mail to ${to} came`);
    },
    count: () => mails.length,
    stop: () => new Promise<void>((done) => server.close(done)),
  };
}

/** Quoted-printable. */
function decode(raw: string): string {
  const body = raw.slice(raw.indexOf("\r\n\r\n") + 4).replaceAll("=\r\n", "");
  return Buffer.from(
    body.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString();
}
