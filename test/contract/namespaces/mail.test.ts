// Invitations where there is a mail server: the address is sent the code, and nobody else is told it.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { SMTPServer } from "smtp-server";
import { each, newOrganisation, openHub, text, type Caller, type Hub } from "./hub.ts";

setDefaultTimeout(60_000);

let server: SMTPServer;
let hub: Hub;
let ada: Caller;
const received: string[] = [];

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _, done) => done(address.startsWith("refused") ? new Error("no such person") : null),
    onData: (stream, _, done) => {
      const chunks: Uint8Array[] = [];
      stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      stream.on("end", () => {
        received.push(Buffer.concat(chunks).toString());
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (typeof address !== "object" || address === null) throw new Error("the mail server has no port");
  hub = await openHub("sqlite", () => Promise.reject(new Error("this is for SQLite alone")), {
    BERTH_MAIL_HOST: "127.0.0.1",
    BERTH_MAIL_PORT: String(address.port),
    BERTH_MAIL_SECURITY: "none",
    BERTH_MAIL_FROM: "berth@example.com",
    BERTH_HTTP_PUBLIC_URL: "https://hub.example.com",
  });
  ada = await hub.person("ada");
});
afterAll(async () => {
  await hub?.close();
  await new Promise<void>((resolve) => server.close(resolve));
});

test("the code is mailed, is not in the answer, and makes whoever has it a member", async () => {
  const org = await newOrganisation(ada);
  const made = await ada.ask("POST", `/namespaces/${org}/invitations`, { to: { email: "bob@example.com" } });
  expect([made.status, made.json["code"]]).toEqual([201, null]);
  // As quoted-printable breaks lines.
  const message = (received.pop() ?? "").replaceAll("=\r\n", "");
  expect(message).toContain("To: bob@example.com");
  expect(message).toContain(org);
  const code = /https:\/\/hub\.example\.com\/invitation#(berth_invite_[\w-]{43})/.exec(message)?.[1];
  const bob = await hub.person("bob");
  expect((await bob.ask("POST", "/invitation-codes/accept", { code: text(code) })).status).toBe(200);
  expect(each(await ada.ask("GET", `/namespaces/${org}/members`), "account")).toEqual(["ada", "bob"]);
});

test("what cannot be mailed is no invitation", async () => {
  const org = await newOrganisation(ada);
  const made = await ada.ask("POST", `/namespaces/${org}/invitations`, { to: { email: "refused@example.com" } });
  expect(made.status).toBe(503);
  expect(each(await ada.ask("GET", `/namespaces/${org}/invitations`), "id")).toEqual([]);
});

test("every change is in the audit log, with who did it, and without the code", async () => {
  const org = await newOrganisation(ada);
  await ada.ask("POST", `/namespaces/${org}/invitations`, { to: { email: "eve@example.com" } });
  await ada.ask("POST", `/namespaces/${org}/teams`, { name: "qa" });
  await ada.ask("POST", `/namespaces/${org}/robots`, { name: "ci" });
  const subject = { kind: "team", name: "qa" };
  await ada.ask("POST", `/namespaces/${org}/grants`, { subject, on: { kind: "namespace" }, role: "read" });
  await ada.ask("POST", `/namespaces/${org}/rename`, { name: `${org}x` });
  await ada.ask("DELETE", `/namespaces/${org}x`);
  await ada.ask("POST", `/namespaces/${org}/restore`);
  expect(JSON.stringify(await hub.registry.rows("select * from audit_events"))).not.toContain("berth_invite_");
  const events = await hub.registry.rows(
    `select actor_name, action from audit_events where namespace_id = (select id from namespaces where name = '${org}x') order by id`,
  );
  expect(events.map((it) => [it["actor_name"], it["action"]])).toEqual(
    [
      "namespace.create",
      "invitation.create",
      "team.create",
      "robot.create",
      "grant.put",
      "namespace.rename",
      "namespace.delete",
      "namespace.restore",
    ].map((action) => ["ada", action]),
  );
});
