import { expect, test } from "bun:test";
import {
  invitationMessage,
  type Message,
  passwordResetMessage,
  signInMessage,
  verificationMessage,
} from "./messages.ts";

const HOUR_MS = 3_600_000;
const instanceUrl = "https://hub.example.com";
const link = `${instanceUrl}/reset?token=berth_mail_0123456789`;

const all = (text: string, validForMs = 24 * HOUR_MS): [string, Message][] => [
  ["verification", verificationMessage({ instanceUrl, login: text, link, validForMs })],
  ["password reset", passwordResetMessage({ instanceUrl, login: text, link, validForMs })],
  ["invitation", invitationMessage({ instanceUrl, organization: text, inviter: text, link, validForMs })],
  ["sign-in", signInMessage({ instanceUrl, login: text, at: 0, address: text, client: text })],
];

test.each([
  "alice\r\nBcc: eve@example.com\r\n\r\nhello",
  "alice\n\nIf this was you, go to\n\nhttp",
  "a\0b\u001b[31m\u2028c\u0085d",
  "\u202eecila\u202c",
  "x".repeat(1_000_000),
  "🙂".repeat(100_000),
  `x${"🙂".repeat(100_000)}`,
  " ".repeat(1_000),
  "",
])("hostile names start no line, steer no terminal and are cut: %#", (text) => {
  for (const [name, message] of all(text)) {
    const [, plain] = all("alice").find(([it]) => it === name) ?? ["", { subject: "", text: "" }];
    expect(message.text.split("\n")).toHaveLength(plain.text.split("\n").length);
    expect(`${message.subject}${message.text.replaceAll("\n", "")}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
    expect(message.subject.length).toBeLessThanOrEqual(200);
    expect(message.text.length).toBeLessThan(3_000);
  }
});

test("what a browser says of itself is no link", () => {
  const client = "Free prizes at https://evil.example/win, www.evil.example or eve@evil.example";
  const { text } = signInMessage({ instanceUrl, login: "alice", at: 0, address: "192.0.2.1", client });
  expect(text).not.toMatch(/evil\.example|https:\/\/evil|@evil/);
  const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  expect(signInMessage({ instanceUrl, login: "alice", at: 0, address: "::1", client: browser }).text).toContain(
    browser,
  );
});

test("a link that leads elsewhere is a mistake of the program's", () => {
  const values = { instanceUrl, login: "alice", validForMs: HOUR_MS };
  for (const elsewhere of [
    "https://evil.example/",
    "http://hub.example.com/",
    "https://hub.example.com.evil.example/",
    "javascript:1",
  ]) {
    expect(() => passwordResetMessage({ ...values, link: elsewhere })).toThrow(TypeError);
  }
  expect(() => passwordResetMessage({ ...values, link: "/reset" })).toThrow();
});

test.each(all("acme"))(
  "the %s message says where, what to do, and what if it was not you",
  (name, { subject, text }) => {
    expect(subject).toContain("hub.example.com");
    expect(text).toContain("acme");
    expect(text.split("\n")).toContain(instanceUrl);
    expect(text).toMatch(/If this was not (you|meant for you)/);
    // A link stands alone on its line, where no mail program takes a full stop for a part of it.
    if (name !== "sign-in") expect(text.split("\n")).toContain(link);
    else expect(text).not.toContain("berth_");
  },
);

test.each([
  [1, "1 minute."],
  [90_000, "1 minute."],
  [10 * 60_000, "10 minutes."],
  [HOUR_MS, "60 minutes."],
  [2 * HOUR_MS + 1, "2 hours."],
  [24 * HOUR_MS, "24 hours."],
  [7 * 24 * HOUR_MS, "7 days."],
])("%d ms are valid for %s", (validForMs, expected) => {
  for (const [name, { text }] of all("acme", validForMs)) {
    if (name !== "sign-in") expect(text).toContain(`The link is valid for ${expected}`);
  }
});

test("the sign-in message says when and from where", () => {
  const { subject, text } = signInMessage({
    instanceUrl,
    login: "alice",
    at: Date.UTC(2026, 2, 4, 5, 6, 7),
    address: "2001:db8::1",
    client: "Firefox on Linux",
  });
  expect(subject).toBe("New sign-in to your account on hub.example.com");
  expect(text).toBe(`Somebody signed in to the account alice on hub.example.com from where you have not before.

Time:    2026-03-04 05:06 UTC
Address: 2001:db8::1
With:    Firefox on Linux

If this was you, there is nothing to do.

If this was not you, sign in at once, change your password, which ends all sessions, and revoke tokens that you do not know:

https://hub.example.com
`);
});
