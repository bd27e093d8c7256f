// The ways into a registry, in a real browser: claiming it, over a connection that is not safe, and by a login elsewhere.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { Browser } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { startChromium, visit } from "../../support/chromium.ts";
import { button, field, says } from "../../support/controls.ts";
import { startOidcProvider, type StartedOidcProvider } from "../../support/oidc-provider.ts";
import { ADMINISTRATOR, FILLED, PASSWORD } from "../../support/pages.ts";
import { describeWith } from "../../support/requirements.ts";

describeWith("claiming an open registry in Chromium", ["chromium"], () => {
  let berth: Berth;
  let chromium: Browser;

  beforeAll(async () => {
    berth = await startBerth();
    chromium = await startChromium();
  }, 60_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
  });

  test("takes the code that the log shows", async () => {
    const { page, complaints } = await visit(chromium, { url: berth.url });
    await page.goto("/");
    await says(page, /^This registry is open/);
    await page.getByRole("link", { name: "claim it" }).click();
    await field(page, "Setup code").fill("0000-0000");
    await field(page, "Name").fill("lin");
    await field(page, "Password").fill(PASSWORD);
    await button(page, "Claim it").click();
    await page.getByRole("alert").waitFor();
    const code = /"setupCode":"([^"]+)"/.exec(berth.logs())?.[1] ?? "";
    expect(code).not.toBe("");
    await field(page, "Setup code").fill(code);
    await button(page, "Claim it").click();
    await button(page, "Account of lin").waitFor();
    await page.getByText(/^This registry is open/).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Admin" }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describeWith("over plain HTTP from elsewhere in Chromium", ["chromium"], () => {
  let chromium: Browser;
  let berth: Berth | undefined;

  beforeAll(async () => {
    chromium = await startChromium(["--host-resolver-rules=MAP registry.test 127.0.0.1"]);
  }, 60_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
  });

  test.each([false, true])("with http.insecureSessions %p", async (isAllowed) => {
    berth = await startBerth({ env: { ...FILLED, BERTH_HTTP_INSECURE_SESSIONS: String(isAllowed) } });
    const { page, complaints } = await visit(chromium, { url: `http://registry.test:${berth.port}` });
    await page.goto("/login");
    if (isAllowed) {
      await says(page, "This connection is not encrypted");
      await field(page, "Name or e-mail address").fill("ada");
      await field(page, "Password").fill(PASSWORD);
      await button(page, "Sign in").click();
      await button(page, "Account of ada").waitFor();
      await page.goto("/settings");
      await says(page, "This connection is not encrypted");
      await field(page, "Displayed name").fill("Ada");
      await button(page, "Change the name").click();
      await says(page, "The name is changed.");
    } else {
      await says(page, "Signing in needs an encrypted connection");
      expect(await page.getByLabel("Password").count()).toBe(0);
      expect(await page.getByText("This connection is not encrypted").count()).toBe(0);
    }
    // Chromium says of each page that without TLS one of its headers is worth nothing.
    expect(complaints.filter((it) => !it.includes("Cross-Origin-Opener-Policy header has been ignored"))).toEqual([]);
    await berth.stop();
    berth = undefined;
  });
});

describeWith("a login elsewhere in Chromium", ["chromium"], () => {
  let chromium: Browser;
  let berth: Berth;
  let provider: StartedOidcProvider;

  beforeAll(async () => {
    const port = await findFreePort();
    const client = {
      client_id: "berth",
      client_secret: "a secret of forty characters or rather more",
      redirect_uris: [`http://127.0.0.1:${port}/auth/oidc/harbour/callback`],
      grant_types: ["authorization_code"],
    };
    const people = {
      ada: { name: "Ada", preferred_username: "ada", email: "ada@example.test", email_verified: true },
      eve: { name: "Eve", preferred_username: "ada", email: "eve@example.test", email_verified: true },
    };
    provider = await startOidcProvider({ clients: [client], people });
    const settings = { issuer: provider.issuer, clientId: "berth", clientSecret: client.client_secret };
    const harbour = JSON.stringify({ ...settings, displayName: "Harbour", scopes: ["openid", "profile", "email"] });
    berth = await startBerth({ port, env: { ...FILLED, BERTH_AUTH_OIDC_HARBOUR: harbour } });
    chromium = await startChromium();
  }, 60_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
    await provider?.stop();
  });

  /** The provider's own pages ask for a font of somebody else's, which they are not given. */
  const FONTS = "https://fonts.googleapis.com/";
  const visitBoth = async (as?: typeof ADMINISTRATOR) => {
    const seen = await visit(chromium, { url: berth.url, as });
    await seen.context.route(`${FONTS}**`, (route) => route.fulfill({ contentType: "text/css", body: "" }));
    return seen;
  };
  const elsewhere = (complaints: string[]) =>
    complaints.filter((it) => !it.includes(provider.issuer) && !it.includes(FONTS));

  test("is linked to an account, signs in to it, and is unlinked", async () => {
    const { page, context, complaints } = await visitBoth(ADMINISTRATOR);
    await page.goto("/settings/security");
    await button(page, "Link Harbour").click();
    await page.locator('input[name="login"]').fill("ada");
    await page.locator('input[name="password"]').fill("any");
    await page.locator('button[type="submit"]').click();
    await page.locator('button[type="submit"]').click();
    await page.waitForURL("**/settings/security");
    await button(page, "Unlink").waitFor();

    await context.clearCookies({ domain: "127.0.0.1", name: "berth_session" });
    await page.goto("/login?next=%2Fsettings%2Fsecurity");
    await page.getByRole("link", { name: "Sign in with Harbour" }).click();
    await button(page, "Account of ada").waitFor();
    await page.waitForURL("**/settings/security");
    await button(page, "Unlink").click();
    await button(page, "Unlink it").click();
    await button(page, "Link Harbour").waitFor();
    expect(elsewhere(complaints)).toEqual([]);
    await context.close();
  });

  test("a first one under a name that is taken asks for another", async () => {
    const { page, context, complaints } = await visitBoth();
    await page.goto("/login");
    await page.getByRole("link", { name: "Sign in with Harbour" }).click();
    await page.locator('input[name="login"]').fill("eve");
    await page.locator('input[name="password"]').fill("any");
    await page.locator('button[type="submit"]').click();
    await page.locator('button[type="submit"]').click();
    await field(page, "Name").waitFor();
    await field(page, "Name").fill("ada");
    await button(page, "Make the account").click();
    await says(page, /taken|another account|exists/i);
    await field(page, "Name").fill("eve");
    await button(page, "Make the account").click();
    await button(page, "Account of eve").waitFor();
    // It has no password here, and is told so.
    await page.goto("/settings/security");
    await says(page, "This account has no password here");
    await button(page, "Unlink").click();
    await button(page, "Unlink it").click();
    await says(page, /last/i);
    expect(elsewhere(complaints)).toEqual([]);
    await context.close();
  });
});

/** The provider has to know where the server will be. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
