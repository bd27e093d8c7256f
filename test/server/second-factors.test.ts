// Second factors as a browser meets them: set up, asked for at every login, not to be got around.

import { Database as Connection } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { Browser } from "../support/browser.ts";
import { codeOf } from "../support/factors.ts";
import { SoftwareAuthenticator } from "../support/software-authenticator.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const PASSWORD = "canary-password-of-people-7319";
const STEP_MS = 30_000;
const FACTORS = "/api/v1/account/factors";
const SESSION = "/api/v1/session";

type Login = { account: { id: string } | null; secondFactor: string[]; pending: string | null };
type Options = { challenge: string; rpId: string };
type Creation = { challenge: string; rp: { id: string }; user: { id: string } };

setDefaultTimeout(60_000);

describe("second factors over HTTP", () => {
  let directory: TemporaryDirectory;
  let berth: Berth;
  let url: string;
  let admin: Browser;
  let logs = "";
  const secrets: string[] = [];

  const start = async () => {
    berth = await startBerth({
      dataDirectory: directory.join("data"),
      env: { BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: PASSWORD, BERTH_LOG_LEVEL: "debug" },
    });
    // Passkeys know names alone.
    url = `http://localhost:${berth.port}`;
  };

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("second-factors");
    await start();
    admin = await login("root");
  });

  afterAll(async () => {
    logs += berth.logs();
    await berth.stop();
    await directory.remove();
    expect(logs).toContain("session.secondFactor");
    for (const secret of secrets) expect(logs).not.toContain(secret);
  });

  async function firstStep(name: string, password = PASSWORD): Promise<{ browser: Browser; answer: Login }> {
    const browser = new Browser(url);
    return { browser, answer: await browser.call<Login>("POST", SESSION, { name, password }) };
  }

  async function login(name: string): Promise<Browser> {
    const { browser, answer } = await firstStep(name);
    expect(answer.account).not.toBeNull();
    return browser;
  }

  async function person(name: string): Promise<Browser> {
    await admin.call("PUT", `/api/v1/accounts/${name}`, { password: PASSWORD });
    return await login(name);
  }

  /** With a code of the step before, so that the current one is still to be used. */
  async function withTotp(name: string) {
    const browser = await person(name);
    const { secret } = await browser.call<{ secret: string }>("POST", `${FACTORS}/totp`);
    // Of the step before the one before no code is taken: there must be some of this one left.
    const left = STEP_MS - (Date.now() % STEP_MS);
    if (left < 4_000) await Bun.sleep(left);
    const code = await codeOf(secret, Date.now() - STEP_MS);
    const { backupCodes } = await browser.call<{ backupCodes: string[] }>("POST", `${FACTORS}/totp/confirm`, { code });
    secrets.push(secret, ...backupCodes);
    return { browser, secret, backupCodes };
  }

  async function withPasskey(name: string) {
    const browser = await person(name);
    const authenticator = new SoftwareAuthenticator(url);
    const options = await browser.call<Creation>("POST", `${FACTORS}/passkeys/options`);
    const passkey = await authenticator.create(options);
    const added = await browser.call<{ passkey: { id: string }; backupCodes: string[] }>(
      "POST",
      `${FACTORS}/passkeys`,
      {
        name: "phone",
        passkey,
      },
    );
    return { browser, authenticator, ...added };
  }

  async function pendingOf(name: string) {
    const { browser, answer } = await firstStep(name);
    expect(answer.account).toBeNull();
    expect(browser.cookie).toBeNull();
    return { browser, pending: answer.pending ?? "", kinds: answer.secondFactor };
  }

  const basic = (name: string) => ({ Authorization: `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString("base64")}` });

  test("a login asks for the code, takes it once, and gives a session of its own", async () => {
    const { browser: before, secret } = await withTotp("ada");
    expect((await before.send("GET", FACTORS)).status).toBe(200);
    const { browser, pending, kinds } = await pendingOf("ada");
    expect(kinds).toEqual(["totp", "backup-code"]);
    await browser.refused(401, "GET", FACTORS);
    await browser.refused(401, "POST", `${SESSION}/second-factor`, { pending, code: "000000" });
    const code = await codeOf(secret, Date.now());
    const done = await browser.call<Login>("POST", `${SESSION}/second-factor`, { pending, code });
    expect(done.account).not.toBeNull();
    expect(browser.cookie).not.toBe(before.cookie);
    const list = await browser.call<{ totp: object; backupCodesLeft: number }>("GET", FACTORS);
    expect(list.backupCodesLeft).toBe(10);
    expect(JSON.stringify(list)).not.toContain(secret);
    // Used up, wherever it is shown: at the same login, at another one, and as a proof.
    await new Browser(url).refused(401, "POST", `${SESSION}/second-factor`, { pending, code });
    const other = await pendingOf("ada");
    await other.browser.refused(401, "POST", `${SESSION}/second-factor`, { pending: other.pending, code });
    await browser.refused(403, "POST", `${SESSION}/proof`, { code });
  });

  test("of many logins at once with one code, one gets in", async () => {
    const { secret } = await withTotp("many");
    const logins = await Promise.all(Array.from({ length: 8 }, () => pendingOf("many")));
    const code = await codeOf(secret, Date.now());
    const outcomes = await Promise.all(
      logins.map(({ browser, pending }) => browser.send("POST", `${SESSION}/second-factor`, { pending, code })),
    );
    expect(outcomes.map((it) => it.status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 401),
    ]);
  });

  test("the password alone opens nothing that docker would show it to", async () => {
    const browser = await person("push");
    const ask = (path: string, name: string) => fetch(`${berth.url}${path}`, { headers: basic(name) });
    expect((await ask("/v2/", "push")).status).toBe(200);
    const { secret } = await browser.call<{ secret: string }>("POST", `${FACTORS}/totp`);
    // What is not confirmed asks for nothing.
    expect((await ask("/token?service=berth", "push")).status).toBe(200);
    await browser.call("POST", `${FACTORS}/totp/confirm`, { code: await codeOf(secret, Date.now()) });
    for (const path of ["/v2/", "/token?service=berth&account=push", "/api/v1/account"]) {
      const answer = await ask(path, "PUSH");
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain("personal access token");
    }
    const form = new URLSearchParams({
      grant_type: "password",
      username: "Push",
      password: PASSWORD,
      service: "berth",
    });
    const answer = await fetch(`${berth.url}/token`, { method: "POST", body: form });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain("personal access token");
  });

  test("a backup code gets in once, however it is typed, and the rest are counted", async () => {
    const { backupCodes } = await withTotp("paper");
    const [code = ""] = backupCodes;
    const first = await pendingOf("paper");
    const typed = code.toUpperCase().replaceAll("-", " ");
    await first.browser.call("POST", `${SESSION}/second-factor`, { pending: first.pending, backupCode: typed });
    expect((await first.browser.call<{ backupCodesLeft: number }>("GET", FACTORS)).backupCodesLeft).toBe(9);
    const second = await pendingOf("paper");
    await second.browser.refused(401, "POST", `${SESSION}/second-factor`, {
      pending: second.pending,
      backupCode: code,
    });
    const fresh = await first.browser.call<{ backupCodes: string[] }>("POST", `${FACTORS}/backup-codes`);
    secrets.push(...fresh.backupCodes);
    const pending = second.pending;
    await second.browser.refused(401, "POST", `${SESSION}/second-factor`, { pending, backupCode: backupCodes[1] });
    await second.browser.call("POST", `${SESSION}/second-factor`, { pending, backupCode: fresh.backupCodes[0] });
  });

  test("what is pending is its account's, whole, and over with another password or a disabled account", async () => {
    const { browser, secret } = await withTotp("note");
    const eve = await withTotp("noteeve");
    const { pending } = await pendingOf("note");
    const code = await codeOf(eve.secret, Date.now());
    const stranger = new Browser(url);
    const finish = (body: Record<string, unknown>) => stranger.refused(401, "POST", `${SESSION}/second-factor`, body);
    await finish({ pending, code });
    await finish({ pending: `${pending.slice(0, -2)}AA`, code });
    await finish({ pending: "", code });
    await finish({ pending: pending.split(".").toReversed().join("."), code });
    const right = await codeOf(secret, Date.now());
    await stranger.refused(400, "POST", `${SESSION}/second-factor`, { pending });
    await stranger.refused(400, "POST", `${SESSION}/second-factor`, { pending, code: right, backupCode: "x" });
    await stranger.refused(400, "POST", `${SESSION}/second-factor`, { pending, code: right, accountId: "1" });
    const change = { oldPassword: PASSWORD, newPassword: `${PASSWORD}-2` };
    await browser.call("POST", "/api/v1/account/password", change);
    await finish({ pending, code: right });
    const { answer } = await firstStep("note", `${PASSWORD}-2`);
    await admin.call("PATCH", "/api/v1/accounts/note", { isDisabled: true });
    await finish({ pending: answer.pending ?? "", code: right });
  });

  test("a passkey is a second factor, and a login by itself", async () => {
    const { browser, authenticator, backupCodes, passkey } = await withPasskey("key");
    secrets.push(...backupCodes);
    const second = await pendingOf("key");
    expect(second.kinds).toEqual(["passkey", "backup-code"]);
    const ask = { pending: second.pending };
    const options = await second.browser.call<Options>("POST", `${SESSION}/second-factor/options`, ask);
    const shown = { ...ask, passkey: await authenticator.get(options) };
    await second.browser.call("POST", `${SESSION}/second-factor`, shown);
    await new Browser(url).refused(401, "POST", `${SESSION}/second-factor`, shown);
    // A challenge of one pending login is of no use at another one.
    const third = await pendingOf("key");
    const more = await third.browser.call<Options>("POST", `${SESSION}/second-factor/options`, {
      pending: third.pending,
    });
    const swapped = { ...ask, passkey: await authenticator.get(more) };
    await third.browser.refused(401, "POST", `${SESSION}/second-factor`, swapped);

    const alone = new Browser(url);
    const login = await alone.call<Options>("POST", `${SESSION}/passkey/options`);
    const assertion = await authenticator.get(login);
    await alone.refused(401, "POST", `${SESSION}/second-factor`, { ...ask, passkey: assertion });
    await alone.call("POST", `${SESSION}/passkey`, { passkey: assertion });
    expect((await alone.call<{ name: string }>("GET", "/api/v1/account")).name).toBe("key");
    await new Browser(url).refused(401, "POST", `${SESSION}/passkey`, { passkey: assertion });
    const unverified = await authenticator.get(await alone.call<Options>("POST", `${SESSION}/passkey/options`), {
      isVerified: false,
    });
    await alone.refused(401, "POST", `${SESSION}/passkey`, { passkey: unverified });

    // As a proof it is of use for the session alone that asked for it.
    const ownProof = await browser.call<Options>("POST", `${SESSION}/proof/options`);
    const proof = await authenticator.get(ownProof, { isVerified: false });
    await alone.refused(403, "POST", `${SESSION}/proof`, { passkey: proof });
    await browser.call("POST", `${SESSION}/proof`, { passkey: proof });
    await browser.refused(403, "POST", `${SESSION}/proof`, { passkey: proof });

    await browser.call("PATCH", `${FACTORS}/passkeys/${passkey.id}`, { name: "blue key" });
    const list = await browser.call<{ passkeys: { name: string; lastUsedAt: string }[] }>("GET", FACTORS);
    expect(list.passkeys.map((it) => it.name)).toEqual(["blue key"]);
    expect(list.passkeys[0]?.lastUsedAt).toMatch(/^\d{4}-/);
    await admin.call("PATCH", "/api/v1/accounts/key", { isDisabled: true });
    const late = await authenticator.get(await alone.call<Options>("POST", `${SESSION}/passkey/options`));
    await alone.refused(401, "POST", `${SESSION}/passkey`, { passkey: late });
  });

  test("a passkey of another site, for another site, or at an address is none", async () => {
    const { authenticator } = await withPasskey("site");
    const browser = new Browser(url);
    for (const mischief of [
      { origin: `http://localhost:${berth.port + 1}` },
      { origin: "https://localhost" },
      { rpId: "evil.localhost" },
    ]) {
      const options = await browser.call<Options>("POST", `${SESSION}/passkey/options`);
      const passkey = await authenticator.get(options, mischief);
      await browser.refused(401, "POST", `${SESSION}/passkey`, { passkey });
    }
    expect(await new Browser(berth.url).refused(405, "POST", `${SESSION}/passkey/options`)).toContain("localhost");
    const forged = await browser.send("POST", `${SESSION}/passkey/options`, undefined, {
      Host: "hub.example",
      Origin: "http://hub.example",
    });
    expect(forged.status).toBe(405);
    expect(await forged.text()).toContain("http.publicUrl");
  });

  test("one person's factors are out of another's reach", async () => {
    const ada = await withPasskey("mine");
    const eve = await person("theirs");
    const path = `${FACTORS}/passkeys/${ada.passkey.id}`;
    await eve.refused(404, "PATCH", path, { name: "x" });
    await eve.refused(404, "DELETE", path);
    await eve.refused(403, "DELETE", "/api/v1/accounts/mine/factors");
    await new Browser(url).refused(401, "DELETE", "/api/v1/accounts/mine/factors");
    const list = await ada.browser.call<{ passkeys: { name: string }[] }>("GET", FACTORS);
    expect(list.passkeys.map((it) => it.name)).toEqual(["phone"]);
    // A registration that eve began is of no use to ada, and the other way round.
    const options = await eve.call<Creation>("POST", `${FACTORS}/passkeys/options`);
    const passkey = await new SoftwareAuthenticator(url).create(options);
    await ada.browser.refused(400, "POST", `${FACTORS}/passkeys`, { name: "x", passkey });
  });

  test("factors change in a browser with a fresh login alone", async () => {
    const { browser, secret } = await withTotp("fresh");
    const made = await browser.call<{ text: string }>("POST", "/api/v1/account/tokens", {
      name: "all",
      scopes: null,
      expiresAt: null,
    });
    secrets.push(made.text);
    const plain = await person("freshplain");
    const changes: [string, string, unknown?][] = [
      ["POST", `${FACTORS}/totp`],
      ["POST", `${FACTORS}/totp/confirm`, { code: "000000" }],
      ["DELETE", `${FACTORS}/totp`],
      ["POST", `${FACTORS}/passkeys/options`],
      ["PATCH", `${FACTORS}/passkeys/1`, { name: "x" }],
      ["DELETE", `${FACTORS}/passkeys/1`],
      ["POST", `${FACTORS}/backup-codes`],
    ];
    const program = new Browser(url);
    for (const [method, path, body] of changes) {
      for (const headers of [{ Authorization: `Bearer ${made.text}` }, basic("freshplain")]) {
        expect((await program.send(method, path, body, headers)).status).toBe(403);
      }
    }
    expect((await program.send("POST", `${SESSION}/proof`, { password: PASSWORD }, basic("freshplain"))).status).toBe(
      403,
    );

    // Sessions that are old, as their rows say, before anyone has used them.
    const late = await pendingOf("fresh");
    const code = await codeOf(secret, Date.now());
    await late.browser.call("POST", `${SESSION}/second-factor`, { pending: late.pending, code });
    const rows = new Connection(directory.join("data/berth.db"));
    rows.run("update browser_sessions set proven_at = proven_at - 601000");
    rows.close();
    for (const [method, path, body] of changes) await late.browser.refused(403, method, path, body);
    const { cookie } = late.browser;
    await late.browser.refused(403, "POST", `${SESSION}/proof`, { password: "wrong" });
    await late.browser.refused(403, "POST", `${SESSION}/proof`, { code });
    await late.browser.refused(400, "POST", `${SESSION}/proof`, {});
    await late.browser.refused(400, "POST", `${SESSION}/proof`, { password: PASSWORD, code });
    await late.browser.call("POST", `${SESSION}/proof`, { password: PASSWORD });
    expect(late.browser.cookie).not.toBe(cookie);
    await late.browser.refused(409, "POST", `${FACTORS}/totp`);
    await late.browser.call("DELETE", `${FACTORS}/totp`);
    await late.browser.refused(404, "DELETE", `${FACTORS}/totp`);
    // The secret from before the proof is worth nothing.
    const { cookie: current } = late.browser;
    late.browser.cookie = cookie;
    await late.browser.refused(401, "GET", FACTORS);
    late.browser.cookie = current;
    expect((await firstStep("fresh")).answer.pending).toBeNull();
    expect((await plain.send("GET", FACTORS)).status).toBe(200);
    admin = await login("root");
  });

  test("a page of another site changes nothing", async () => {
    const { browser } = await withTotp("csrf");
    const cookie = { Cookie: browser.cookie ?? "" };
    for (const headers of [{ ...cookie, Origin: "https://evil.example" }, cookie]) {
      const answer = await fetch(`${url}${FACTORS}/totp`, { method: "DELETE", headers });
      expect(answer.status).toBe(403);
    }
    const form = await fetch(`${url}${SESSION}/passkey`, {
      method: "POST",
      body: '{"passkey":{}}',
      headers: { "Content-Type": "text/plain", Origin: url },
    });
    expect(form.status).toBe(415);
  });

  test("an administrator frees whoever lost their devices, and all their sessions end", async () => {
    const { browser } = await withTotp("lost");
    await admin.call("DELETE", "/api/v1/accounts/lost/factors");
    await browser.refused(401, "GET", FACTORS);
    expect((await firstStep("lost")).answer.pending).toBeNull();
    const again = await login("lost");
    await admin.refused(404, "DELETE", "/api/v1/accounts/lost/factors");
    expect((await again.send("GET", FACTORS)).status).toBe(200);
    await admin.refused(404, "DELETE", "/api/v1/accounts/nobody/factors");
  });

  test("guesses at the second factor are counted, and a restart forgives none", async () => {
    const { secret } = await withTotp("guess");
    const { browser, pending } = await pendingOf("guess");
    for (let index = 0; index < 10; index++) {
      const shown = index % 2 === 0 ? { code: String(100_000 + index) } : { backupCode: `0000-0000-0000-000${index}` };
      await browser.refused(401, "POST", `${SESSION}/second-factor`, { pending, ...shown });
    }
    const code = await codeOf(secret, Date.now());
    const refused = await browser.send("POST", `${SESSION}/second-factor`, { pending, code });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(60);
    logs += berth.logs();
    await berth.stop();
    await start();
    // What was pending is sealed and goes on; what was counted, too. Passwords are counted apart.
    await new Browser(url).refused(429, "POST", `${SESSION}/second-factor`, { pending, code });
    expect((await pendingOf("guess")).kinds).toContain("totp");
  });
});
