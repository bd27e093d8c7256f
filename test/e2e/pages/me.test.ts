// What a person does with their own account, in a real browser: comes in, stays in, and takes what is theirs along to real clients.

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { URI, type TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { accessibilityOf, startChromium, visit, type Visit } from "../../support/chromium.ts";
import { button, field, says } from "../../support/controls.ts";
import { makeContainersHome, type ContainersHome } from "../../support/containers-home.ts";
import { DOCKER_NEEDS, startDockerEngine } from "../../support/docker-engine.ts";
import { FILLED, PASSWORD } from "../../support/pages.ts";
import { describeWith, lacking } from "../../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";

const NAME = "lin";
const FAILS = { exitCode: 125 } as const;

async function signIn(page: Page, password = PASSWORD): Promise<void> {
  await page.goto("/login");
  await field(page, "Name or e-mail address").fill(NAME);
  await field(page, "Password").fill(password);
  await field(page, "Password").press("Enter");
}

const isSignedIn = (page: Page) => button(page, `Account of ${NAME}`).waitFor();

async function signOut(page: Page): Promise<void> {
  await button(page, `Account of ${NAME}`).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).first().waitFor();
}

/** What an app shows in the next half minute: each code counts once, and the server takes a clock that is a little fast. */
const nextCode = (app: TOTP) => app.generate({ timestamp: Date.now() + 30_000 });

describeWith("one's own account in Chromium", ["chromium", "podman"], () => {
  let berth: Berth;
  let chromium: Browser;
  let seen: Visit;
  let page: Page;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let app: TOTP;
  let backupCodes: string[] = [];
  let password = PASSWORD;

  // Passkeys are for names, and not for addresses.
  const url = () => `http://localhost:${berth.port}`;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("me");
    berth = await startBerth({ env: { ...FILLED, BERTH_AUTH_SIGN_UP: "open" } });
    home = await makeContainersHome(directory, `localhost:${berth.port}`);
    chromium = await startChromium();
    seen = await visit(chromium, { url: url() });
    ({ page } = seen);
  }, 120_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
    await directory?.remove();
  });

  const podmanLogin = (secret: string, options: Parameters<ContainersHome["podman"]>[1] = {}) =>
    home.podman(["login", "--username", NAME, "--password-stdin", `localhost:${berth.port}`], {
      input: secret,
      ...options,
    });

  test("signs up, and is in", async () => {
    await page.goto("/login");
    await page.getByRole("link", { name: "Make an account" }).click();
    await field(page, "Name").fill(NAME);
    await field(page, "Password").fill("short");
    await button(page, "Make the account").click();
    // The browser says that it is too short; nothing was sent.
    expect(page.url()).toEndWith("/sign-up");
    await field(page, "Password").fill(PASSWORD);
    await button(page, "Make the account").click();
    await isSignedIn(page);
    await page.waitForURL("**/welcome");
    await signOut(page);
    // The name is gone.
    await page.goto("/sign-up");
    await field(page, "Name").fill(NAME);
    await field(page, "Password").fill(PASSWORD);
    await button(page, "Make the account").click();
    await page.getByRole("alert").waitFor();
    expect(seen.complaints).toEqual([]);
  });

  test("a wrong password is refused in words, and the right one is taken with the keyboard alone", async () => {
    await signIn(page, "not the password at all");
    await page.getByRole("alert").filter({ hasText: "Wrong name or password" }).waitFor();
    await page.goto("/login?next=%2Fsettings%2Ftokens");
    await field(page, "Name or e-mail address").waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "name");
    await page.keyboard.type(NAME);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await isSignedIn(page);
    await page.waitForURL("**/settings/tokens");
    // From the sections on to the button, without a mouse.
    await page.getByRole("link", { name: "Sign-in and security" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/settings/security");
    expect(seen.complaints).toEqual([]);
  });

  test("an address elsewhere does not lead there after signing in", async () => {
    const other = await visit(chromium, { url: url() });
    await other.page.goto("/login?next=%2F%2Fevil.test%2F");
    await field(other.page, "Name or e-mail address").fill(NAME);
    await field(other.page, "Password").fill(PASSWORD);
    await field(other.page, "Password").press("Enter");
    await isSignedIn(other.page);
    expect(other.page.url()).toBe(`${url()}/`);
    expect(other.complaints).toEqual([]);
    await other.context.close();
  });

  test("changes the shown name, and the address with the password", async () => {
    await page.goto("/settings");
    await field(page, "Displayed name").fill("Lin <b>of</b> the docks");
    await button(page, "Change the name").click();
    await says(page, "The name is changed.");
    await field(page, "New address").fill("lin@example.test");
    await field(page, "Password").fill("not it");
    await button(page, "Change the address").click();
    await page.getByRole("alert").filter({ hasText: "password is wrong" }).waitFor();
    await field(page, "Password").fill(PASSWORD);
    await button(page, "Change the address").click();
    await says(page, "Not confirmed");
    expect(seen.complaints).toEqual([]);
  });

  test("makes a token, logs in with it for real, and revokes it", async () => {
    await page.goto("/settings/tokens");
    await says(page, "No tokens yet");
    await button(page, "Make a token").click();
    await field(page, "Name").fill("laptop");
    await page.getByRole("radio", { name: "Custom" }).check();
    await field(page, "Repositories").fill(`${NAME}/*`);
    await page.getByRole("checkbox", { name: "Push" }).check();
    await field(page, "It ends").selectOption("30");
    expect(await accessibilityOf(page)).toEqual([]);
    await button(page, "Make it").click();
    await says(page, "It is shown this once");
    const secret = (await page.locator("pre").first().textContent()) ?? "";
    expect(secret).toStartWith("berth_pat_");
    const command = (await page.locator("pre").nth(1).textContent()) ?? "";
    expect(command).toBe(`docker login localhost:${berth.port} -u ${NAME}`);
    await button(page, "I have copied it").click();
    expect(await page.content()).not.toContain(secret);
    await says(page, `Pull and push in ${NAME}/*`);

    expect((await podmanLogin(secret)).output).toContain("Login Succeeded");
    await dockerLogin(command, secret);
    await page.reload();
    await page
      .getByRole("cell", { name: /127\.0\.0\.1|::1/ })
      .first()
      .waitFor();

    await button(page, /^Revoke laptop/).click();
    await button(page, "Revoke it").click();
    await says(page, "It is revoked");
    await says(page, "No tokens yet");
    expect((await podmanLogin(secret, FAILS)).output).not.toContain("Succeeded");
    expect(seen.complaints).toEqual([]);
  });

  /** As the page says it, with the token where it asks for the password. */
  const dockerLogin = async (command: string, secret: string) => {
    if (lacking(...DOCKER_NEEDS) !== null) return;
    const engine = await startDockerEngine();
    try {
      const { output } = await engine.docker([...command.split(" ").slice(1), "--password-stdin"], { input: secret });
      expect(output).toContain("Login Succeeded");
    } finally {
      await engine.stop();
    }
  };

  test("asks who it is when that was long ago, and goes on with what was wanted", async () => {
    const other = await visit(chromium, { url: url(), as: { name: NAME, password: PASSWORD } });
    // Before the server has seen the session, which it then remembers for a while.
    const sessions = new Database(`${berth.dataDirectory}/berth.db`);
    sessions.run("pragma busy_timeout = 10000");
    sessions.run(
      "update browser_sessions set proven_at = proven_at - 3600000 where id = (select max(id) from browser_sessions)",
    );
    sessions.close();
    await other.page.goto("/settings/security");
    await button(other.page, "Add a passkey").click();
    await field(other.page, "Name").fill("this computer");
    await button(other.page, "Go on").click();
    const dialog = other.page.getByRole("dialog", { name: "Show that it is you" });
    await dialog.getByLabel("Password").fill("not it");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByRole("alert").waitFor();
    expect(await accessibilityOf(other.page)).toEqual([]);
    await addAuthenticator(other);
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Go on" }).click();
    await other.page.getByRole("heading", { name: "Keep these backup codes" }).waitFor();
    expect(await accessibilityOf(other.page)).toEqual([]);
    await button(other.page, "Remove this computer").click();
    await button(other.page, "Remove it").click();
    await says(other.page, "None yet.");
    expect(other.complaints).toEqual([]);
    await other.context.close();
    // The first factor ended the other sessions.
    await signIn(page);
    await isSignedIn(page);
  });

  test("sets up an authenticator app, and signs in with its code", async () => {
    await page.goto("/settings/security");
    await button(page, "Set up an app").click();
    const picture = page.getByRole("img", { name: "QR code of the secret below" });
    // The picture was let in by the policy, and is one.
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>("img[alt^=QR]")?.naturalWidth ?? 0) > 0);
    expect(await picture.getAttribute("src")).toStartWith("data:image/svg+xml,");
    const secret = (await page.locator("pre").first().textContent()) ?? "";
    const parsed = URI.parse(`otpauth://totp/berth:${NAME}?secret=${secret}`);
    app = parsed as TOTP;
    expect(await accessibilityOf(page)).toEqual([]);
    await field(page, "Code of the app").fill("000000");
    await button(page, "Turn it on").click();
    await page.getByRole("alert").waitFor();
    await field(page, "Code of the app").fill(app.generate());
    await button(page, "Turn it on").click();
    await page.getByRole("heading", { name: "Keep these backup codes" }).waitFor();
    backupCodes = await page.getByRole("list", { name: "Backup codes" }).getByRole("listitem").allTextContents();
    expect(backupCodes).toHaveLength(10);
    const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Download").click()]);
    expect(await Bun.file(await file.path()).text()).toContain(backupCodes[9] ?? "none");
    await button(page, "I have kept them").click();
    await says(page, "10 codes");

    await signOut(page);
    await signIn(page);
    await says(page, "One more step");
    await field(page, "Code of the authenticator app").fill("123456");
    await button(page, "Go on").click();
    await page.getByRole("alert").waitFor();
    await field(page, "Code of the authenticator app").fill(nextCode(app));
    await button(page, "Go on").click();
    await isSignedIn(page);
    // The password alone is not enough for a client any more.
    expect((await podmanLogin(PASSWORD, FAILS)).output).not.toContain("Succeeded");
    expect(seen.complaints).toEqual([]);
  });

  test("signs in with a backup code, once", async () => {
    for (const isFirst of [true, false]) {
      await signOut(page);
      await signIn(page);
      await button(page, "Use a backup code").click();
      await field(page, "Backup code").fill(backupCodes[0] ?? "");
      await button(page, "Go on").click();
      if (isFirst) await isSignedIn(page);
      else await page.getByRole("alert").waitFor();
    }
    await field(page, "Backup code").fill(backupCodes[1] ?? "");
    await button(page, "Go on").click();
    await isSignedIn(page);
    await page.goto("/settings/security");
    await says(page, "8 codes");
    expect(seen.complaints).toEqual([]);
  });

  test("adds a passkey, and signs in with it alone", async () => {
    await addAuthenticator(seen);
    await page.goto("/settings/security");
    await button(page, "Add a passkey").click();
    await field(page, "Name").fill("this computer");
    await button(page, "Go on").click();
    await button(page, "Rename this computer").click();
    await field(page, "Name").fill("desk");
    await button(page, "Rename").click();
    await button(page, "Remove desk").waitFor();

    await signOut(page);
    await page.goto("/login");
    await button(page, "Sign in with a passkey").click();
    await isSignedIn(page);

    await signOut(page);
    await signIn(page);
    await button(page, "Use a passkey").click();
    await isSignedIn(page);

    await page.goto("/settings/security");
    await button(page, "Remove desk").click();
    await button(page, "Remove it").click();
    await says(page, "None yet.");
    await button(page, "Remove").click();
    await button(page, "Remove it").click();
    await says(page, "Not set up.");
    expect(seen.complaints).toEqual([]);
  });

  test("sees the other session, and ends it", async () => {
    await visit(chromium, { url: url(), as: { name: NAME, password: PASSWORD } });
    const other = await visit(chromium, { url: url(), as: { name: NAME, password: PASSWORD } });
    await other.page.goto("/settings/sessions");
    await says(other.page, "This browser");
    await page.goto("/settings/sessions");
    const list = page.getByRole("list", { name: "Sessions" });
    await list
      .getByRole("listitem")
      .filter({ hasText: "This browser" })
      .filter({ hasText: "Chrome on Linux" })
      .waitFor();
    const count = await list.getByRole("listitem").count();
    expect(count).toBeGreaterThan(1);
    await button(page, /^End the session of Headless Chrome/)
      .first()
      .click();
    await says(page, "The session has ended.");
    await button(page, "End all others").click();
    await button(page, "End them").click();
    await says(page, "All other sessions have ended.");
    await page.waitForFunction(() => document.querySelectorAll('[aria-label="Sessions"] li').length === 1);
    await other.page.reload();
    await says(other.page, "Sign in to see this");
    await isSignedIn(page);
    expect([...seen.complaints, ...other.complaints]).toEqual([]);
    await other.context.close();
  });

  test("changes the password, and stays in while others are out", async () => {
    const other = await visit(chromium, { url: url(), as: { name: NAME, password } });
    await page.goto("/settings/security");
    await field(page, "Password until now").fill("not it");
    await field(page, "New password").fill("tides and ropes at dawn 9");
    await button(page, "Change the password").click();
    await page.getByRole("alert").filter({ hasText: "password is wrong" }).waitFor();
    await field(page, "Password until now").fill(password);
    await button(page, "Change the password").click();
    await says(page, "The password is changed");
    password = "tides and ropes at dawn 9";
    await page.reload();
    await isSignedIn(page);
    await other.page.goto("/settings");
    await says(other.page, "Sign in to see this");
    await signIn(other.page, PASSWORD);
    await other.page.getByRole("alert").waitFor();
    await signIn(other.page, password);
    await isSignedIn(other.page);
    expect([...seen.complaints, ...other.complaints]).toEqual([]);
    await other.context.close();
  });

  test("makes an organisation, and leaves no other way than to stay its owner", async () => {
    await page.goto("/settings/organisations");
    await button(page, "Make an organisation").first().click();
    await field(page, "Name").fill("Lighthouse");
    await button(page, "Make it").click();
    await page.waitForURL("**/n/lighthouse");
    await page.goto("/settings/organisations");
    await button(page, "Leave lighthouse").click();
    await button(page, "Leave it").click();
    await says(page, /owner/i);
    expect(seen.complaints).toEqual([]);
  });
});

/** One that Chromium makes for tests: it always has the right finger. */
async function addAuthenticator({ context, page }: Visit): Promise<void> {
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
}
