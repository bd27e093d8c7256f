// Passkeys in a real browser, with the authenticator that Chromium makes for tests: its own WebAuthn, its own JSON, its own checks.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser as Chromium, Page } from "playwright-core";
import { startBerth, type Berth } from "../support/berth.ts";
import { describeWith } from "../support/requirements.ts";

const PASSWORD = "canary-password-of-people-5502";
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

type Answer = { status: number; body: Record<string, unknown> };

describeWith("passkeys in Chromium", ["chromium"], () => {
  let berth: Berth;
  let chromium: Chromium;
  let page: Page;

  beforeAll(async () => {
    berth = await startBerth({ env: { BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: PASSWORD } });
    const playwright = await import("playwright-core");
    chromium = await playwright.chromium.launch({
      executablePath: Bun.which("chromium") ?? "/usr/bin/chromium",
      args: ARGUMENTS,
    });
    const context = await chromium.newContext();
    page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("WebAuthn.enable");
    await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    // Any document of the server's will do; this one has no policy of its own.
    await page.goto(`http://localhost:${berth.port}/api/openapi.json`);
  });

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
  });

  /** As a page of the server's own asks; the browser keeps the cookie. */
  const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
    page.evaluate(
      async ([verb, address, sent]) => {
        const response = await fetch(address, {
          method: verb,
          ...(sent === null ? {} : { body: sent, headers: { "Content-Type": "application/json" } }),
        });
        const text = await response.text();
        return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
      },
      [method, `/api/v1/${path}`, body === undefined ? null : JSON.stringify(body)] as const,
    );

  // The browser's own types are not those of the server, so these two are scripts.
  const create = (options: unknown): Promise<unknown> =>
    page.evaluate(`(async (options) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      return (await navigator.credentials.create({ publicKey })).toJSON();
    })(${JSON.stringify(options)})`);

  const get = (options: unknown): Promise<unknown> =>
    page.evaluate(`(async (options) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      return (await navigator.credentials.get({ publicKey })).toJSON();
    })(${JSON.stringify(options)})`);

  const firstStep = () => call("POST", "session", { name: "root", password: PASSWORD });

  test("is added, asked for at the next login, and lets in by itself", async () => {
    expect((await firstStep()).status).toBe(200);
    const creation = await call("POST", "account/factors/passkeys/options");
    expect(creation.status).toBe(200);
    const added = await call("POST", "account/factors/passkeys", {
      name: "Chromium",
      passkey: await create(creation.body),
    });
    expect(added.status).toBe(201);
    expect(added.body["backupCodes"]).toHaveLength(10);
    expect((await call("DELETE", "session")).status).toBe(204);

    const { body } = await firstStep();
    expect(body["secondFactor"]).toContain("passkey");
    expect((await call("GET", "account")).status).toBe(401);
    const { pending } = body;
    const asked = await call("POST", "session/second-factor/options", { pending });
    const shown = await call("POST", "session/second-factor", { pending, passkey: await get(asked.body) });
    expect(shown.status).toBe(200);
    expect((await call("GET", "account")).body["name"]).toBe("root");
    expect((await call("DELETE", "session")).status).toBe(204);

    const alone = await call("POST", "session/passkey/options");
    const entered = await call("POST", "session/passkey", { passkey: await get(alone.body) });
    expect(entered.status).toBe(200);
    expect((await call("GET", "account")).body["name"]).toBe("root");
  });
});
