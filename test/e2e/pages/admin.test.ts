// The administration in a real browser: accounts, a directory that works and one that does not, the audit log, what garbage
// collection frees, the way back out of the recycle bin, and an auditor, who sees all of it and changes nothing.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { URI } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { Browser as Person } from "../../support/browser.ts";
import { settled, startChromium, visit, type Visit } from "../../support/chromium.ts";
import { ADMINISTRATOR, FILLED, PASSWORD, pusherOf } from "../../support/pages.ts";
import { describeWith } from "../../support/requirements.ts";
import { BASE, PASSWORD as DIRECTORY_PASSWORD, SERVICE, startSlapd, type Slapd } from "../../support/slapd.ts";

const WAITED_MS = 60_000;

const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const rowOf = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

describeWith("the administration in Chromium", ["chromium", "slapd"], () => {
  let slapd: Slapd;
  let berth: Berth;
  let chromium: Browser;
  let seen: Visit;
  let page: Page;
  const ada = () => seen.context.request;

  beforeAll(async () => {
    slapd = await startSlapd();
    berth = await startBerth({
      env: {
        ...FILLED,
        BERTH_GC_LEASE_SECONDS: "0",
        BERTH_GC_INTERVAL_SECONDS: "3600",
        BERTH_AUTH_LDAP_DEAD: "{url: 'ldap://127.0.0.1:1', startTls: false, baseDn: 'dc=b', timeoutSeconds: 1}",
        BERTH_AUTH_LDAP_CORP_URL: slapd.ldapsUrl,
        BERTH_AUTH_LDAP_CORP_CA: slapd.ca,
        BERTH_AUTH_LDAP_CORP_BASE_DN: BASE,
        BERTH_AUTH_LDAP_CORP_BIND_DN: SERVICE.dn,
        BERTH_AUTH_LDAP_CORP_BIND_PASSWORD: SERVICE.password,
      },
    });
    const administrator = new Person(berth.url);
    await administrator.call("POST", "/api/v1/session", ADMINISTRATOR);
    await administrator.call("POST", "/api/v1/namespaces", { name: "acme" });
    await administrator.call("PUT", "/api/v1/accounts/iris", { password: PASSWORD });
    await administrator.call("PUT", "/api/v1/accounts/iris/system-role", { systemRole: "auditor" });
    const pusher = pusherOf(berth, ADMINISTRATOR);
    await pusher.pushImage("acme/api", "v1", { LABEL: "one" });
    await pusher.pushImage("acme/api", "v2", { LABEL: "two" });
    await pusher.pushImage("acme/web", "latest", {});
    chromium = await startChromium();
    seen = await visit(chromium, { url: berth.url, as: ADMINISTRATOR });
    ({ page } = seen);
  }, 120_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
    await slapd?.stop();
  });

  test(
    "a user is created with a password shown once, signs in with it, is disabled and enabled again",
    async () => {
      await page.goto("/admin/users");
      await button(page, "Create a user").click();
      await field(page, "Name").fill("lin");
      await button(page, "Create").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("lin has an account").waitFor();
      const password = (await dialog.locator("pre").textContent()) ?? "";
      expect(password.length).toBeGreaterThan(12);
      await button(page, "Done").click();
      await page.getByRole("heading", { name: "Users / lin" }).waitFor();
      expect(await page.content()).not.toContain(password);

      const other = await visit(chromium, { url: berth.url });
      await other.page.goto("/login");
      await field(other.page, "Name or e-mail address").fill("lin");
      await field(other.page, "Password").fill(password);
      await field(other.page, "Password").press("Enter");
      await button(other.page, "Account of lin").waitFor();
      await other.page.goto("/admin/users");
      await says(other.page, "Not allowed");

      await page.reload();
      await rowOf(page, "127.0.0.1").waitFor();
      await button(page, "Disable").click();
      await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
      await says(page, "lin is disabled.");
      await other.page.goto("/");
      await other.page.getByRole("link", { name: "Sign in" }).first().waitFor();
      expect(other.complaints).toEqual([]);
      await other.context.close();

      await page.goto("/admin/users");
      await field(page, "State").selectOption("disabled");
      await rowOf(page, "lin").waitFor();
      await rowOf(page, "ada").waitFor({ state: "detached" });
      await page.getByRole("link", { name: "lin", exact: true }).click();
      await button(page, "Enable").click();
      await button(page, "Disable").waitFor();

      await button(page, "More to do with lin").click();
      await page.getByRole("menuitem", { name: "Reset the password" }).click();
      await button(page, "Make a new password").click();
      await page.getByText("The new password of lin").waitFor();
      const next = (await page.getByRole("dialog").locator("pre").textContent()) ?? "";
      await button(page, "Done").click();
      const person = new Person(berth.url);
      // Not by the word 401: the directory that is not there might have known it.
      expect((await person.send("POST", "/api/v1/session", { name: "lin", password })).ok).toBe(false);
      await person.call("POST", "/api/v1/session", { name: "lin", password: next });
    },
    WAITED_MS,
  );

  test(
    "a role is given, second factors are removed, and everything ends that somebody is signed in with",
    async () => {
      const person = new Person(berth.url);
      const login = { name: "mel", password: PASSWORD };
      const administrator = new Person(berth.url);
      await administrator.call("POST", "/api/v1/session", ADMINISTRATOR);
      await administrator.call("PUT", "/api/v1/accounts/mel", { password: PASSWORD });
      await person.call("POST", "/api/v1/session", login);
      await person.call("POST", "/api/v1/account/tokens", { name: "laptop", scopes: null, expiresAt: null });
      const { uri } = await person.call<{ uri: string }>("POST", "/api/v1/account/factors/totp");
      const code = URI.parse(uri).generate();
      await person.call("POST", "/api/v1/account/factors/totp/confirm", { code });
      await page.goto("/admin/users/mel");
      await rowOf(page, "laptop").waitFor();
      await button(page, "More to do with mel").click();
      await page.getByRole("menuitem", { name: "Remove second factors" }).click();
      await button(page, "Remove them").click();
      await says(page, /signs in with the password alone/);
      await says(page, "No browser is signed in.");
      await button(page, /^Revoke laptop/).click();
      await button(page, "Revoke").click();
      await says(page, "The token is revoked.");
      await rowOf(page, "laptop").waitFor({ state: "detached" });
      await field(page, "Role of mel").selectOption("auditor");
      await button(page, "Change the role").click();
      await says(page, "mel is auditor now.");
      await person.call("POST", "/api/v1/session", login);
      await button(page, "More to do with mel").click();
      await page.getByRole("menuitem", { name: "End sessions and revoke tokens" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("mel");
      await button(page, "End and revoke all").click();
      await says(page, /^Everything that mel/);
      await person.refused(401, "GET", "/api/v1/session");
    },
    WAITED_MS,
  );

  test(
    "a job is started, and its log is there",
    async () => {
      await page.goto("/admin/jobs");
      await button(page, "Start: Check").click();
      await page
        .getByRole("heading", { name: /^Jobs \/ Check/ })
        .getByText("done")
        .waitFor();
      await says(page, "Findings");
    },
    WAITED_MS,
  );

  test(
    "a plan is assigned",
    async () => {
      await page.goto("/admin/organisations");
      await page.getByRole("link", { name: "acme", exact: true }).click();
      await field(page, "Another plan").selectOption("team");
      await button(page, "Assign").click();
      await says(page, "The plan team holds.");
      await page.goto("/admin/plans");
      await page.getByRole("region", { name: "Use of plans" }).getByRole("row").filter({ hasText: "team" }).waitFor();
    },
    WAITED_MS,
  );

  test(
    "a directory is tested step by step, and one that is not there",
    async () => {
      await page.goto("/admin/sources");
      await button(page, "Test this: corp").click();
      await field(page, "Login (may be left out)").fill("alice");
      await field(page, "Password (may be left out)").fill(DIRECTORY_PASSWORD);
      await button(page, "Test").click();
      await says(page, "It works");
      expect(await page.getByRole("list", { name: "Steps" }).getByRole("listitem").count()).toBeGreaterThan(2);
      await says(page, "alice@example.com");
      await says(page, /^cn=developers,ou=groups/);
      await field(page, "Password (may be left out)").fill("wrong");
      await page.waitForTimeout(1_100);
      await button(page, "Test again").click();
      await says(page, "It does not work");
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

      await button(page, "Test this: dead").click();
      await button(page, "Test").click();
      await says(page, "It does not work");
      const [failed = ""] = await page.getByRole("list", { name: "Steps" }).getByText("failed").allTextContents();
      expect(failed).toBe("failed");
      expect(await page.content()).not.toContain(SERVICE.password);
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
      await rowOf(page, "dead").getByText("failed").waitFor();
    },
    WAITED_MS,
  );

  test(
    "the audit log is filtered, and exported as it is filtered",
    async () => {
      await page.goto("/admin/audit");
      await field(page, "Who").fill("ada");
      await field(page, "What").fill("account.create");
      await rowOf(page, "lin").waitFor();
      await rowOf(page, "tag.put").first().waitFor({ state: "detached" });
      for (const [name, first] of [
        ["JSON Lines", "{"],
        ["CSV", "id,"],
      ] as const) {
        const coming = page.waitForEvent("download");
        await page.getByRole("link", { name }).click();
        const text = await Bun.file(await (await coming).path()).text();
        expect(text.replace(/^\ufeff/, "").startsWith(first)).toBe(true);
        expect(text).toContain("lin");
        expect(text).not.toContain("tag.put");
      }
    },
    WAITED_MS,
  );

  test(
    "the map shows repositories, and the keys go through it",
    async () => {
      await page.goto("/admin/storage");
      await page.getByRole("listitem").filter({ hasText: "Count the storage" }).getByRole("button").click();
      const map = page.getByRole("group", { name: "Map of the storage" });
      const boxes = map.getByRole("link");
      await boxes.filter({ hasText: "api" }).waitFor();
      expect(await boxes.count()).toBe(2);
      await boxes.first().focus();
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate<string>("document.activeElement.title")).toBe(
        (await boxes.nth(1).getAttribute("title")) ?? "",
      );
      await button(page, "Table").click();
      await page.getByRole("region", { name: "Sizes" }).getByRole("link", { name: "acme/web" }).waitFor();
      await button(page, "Map").click();
      await boxes.filter({ hasText: "web" }).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL("**/r/acme/web");
    },
    WAITED_MS,
  );

  test(
    "a deleted tag comes back out of the bin; what is purged is freed, as was foretold",
    async () => {
      const person = new Person(berth.url);
      await person.call("POST", "/api/v1/session", ADMINISTRATOR);
      const tags = "/v2/acme/api/manifests";
      const remove = async (reference: string) => {
        const { status } = await fetch(`${berth.url}${tags}/${reference}`, {
          method: "DELETE",
          headers: { Authorization: `Basic ${btoa(`${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`)}` },
        });
        expect(status).toBe(202);
      };
      await remove("v1");
      await page.goto("/admin/bin");
      await button(page, "Restore acme/api:v1").click();
      await says(page, /It is back/);
      await says(page, "No deleted tags or manifests");
      const { items } = await person.call<{ items: { name: string; digest: string }[] }>(
        "GET",
        "/api/v1/repositories/acme/api/-/tags",
      );
      const digest = items.find((it) => it.name === "v2")?.digest ?? "";
      await remove(digest);
      await page.reload();
      await button(page, new RegExp(`^Purge acme/api@${digest.slice(0, 19)}`)).click();
      await button(page, "Remove for good").click();
      await says(page, "It is gone for good.");

      await page.goto("/admin/storage");
      await field(page, "Without the grace").check();
      await button(page, "What would it free?").click();
      const plan = page.getByRole("list", { name: "What garbage collection would free" });
      await plan.getByText(/^2 blobs/).waitFor();
      await button(page, "Collect now").click();
      await says(page, /^Freed \d.* in 2 blobs$/);
      await page.getByRole("region", { name: "Passes of the garbage collection" }).getByText("done").first().waitFor();

      await page.goto("/admin/jobs");
      await field(page, "Work").selectOption("gc");
      await page
        .getByRole("region", { name: "Runs" })
        .getByRole("link", { name: "Garbage collection" })
        .first()
        .click();
      await page.getByRole("heading", { name: /Jobs \/ Garbage collection/ }).waitFor();
      await says(page, "Freed");
    },
    WAITED_MS,
  );

  test(
    "a deleted repository and a deleted organisation come back",
    async () => {
      const person = new Person(berth.url);
      await person.call("POST", "/api/v1/session", ADMINISTRATOR);
      await person.call("POST", "/api/v1/namespaces", { name: "gone" });
      await person.call("DELETE", "/api/v1/namespaces/gone");
      await person.call("DELETE", "/api/v1/repositories/acme/web");
      await page.goto("/admin/bin");
      await button(page, "Restore acme/web").click();
      await says(page, /^acme\/web is back/);
      await button(page, "Restore gone").click();
      await says(page, /^gone is back/);
      await person.call("GET", "/api/v1/repositories/acme/web");
      // Or it goes for good, by itself.
      await person.call("POST", "/api/v1/repositories", { name: "acme/doomed" });
      await person.call("DELETE", "/api/v1/repositories/acme/doomed");
      await page.reload();
      await button(page, "Remove acme/doomed for good…").click();
      const dialog = page.getByRole("dialog", { name: "Remove this repository for good?" });
      await dialog.getByRole("textbox").fill("acme/doomed");
      await dialog.getByRole("button", { name: "Remove for good" }).click();
      await says(page, /^It is gone for good/);
      await button(page, "Restore acme/doomed").waitFor({ state: "detached" });
      await page.goto("/admin/organisations");
      await rowOf(page, "gone").getByText("ada").waitFor();
    },
    WAITED_MS,
  );

  test(
    "the bin is emptied only by who types what that means",
    async () => {
      await page.goto("/admin/storage");
      await button(page, "Empty the bin").click();
      const confirm = page.getByRole("dialog").getByRole("button", { name: "Empty the bin" });
      expect(await confirm.isDisabled()).toBe(true);
      await page.getByRole("dialog").getByRole("textbox").fill("empty the bin");
      await confirm.click();
      await page.getByRole("listitem").filter({ hasText: "Empty the recycle bin" }).getByText("done").waitFor();
    },
    WAITED_MS,
  );

  test(
    "the configuration tells no secrets",
    async () => {
      await page.goto("/admin/configuration");
      await field(page, "Search the settings").fill("bindPassword");
      const row = rowOf(page, "auth.ldap.corp.bindPassword").first();
      await row.getByText("set", { exact: true }).waitFor();
      const whole = await (await ada().get("/api/v1/administration/configuration")).text();
      for (const secret of [SERVICE.password, PASSWORD]) {
        expect(whole).not.toContain(secret);
        expect(await page.content()).not.toContain(secret);
      }
    },
    WAITED_MS,
  );

  test(
    "an auditor sees all of it and changes nothing",
    async () => {
      const auditor = await visit(chromium, { url: berth.url, as: { name: "iris", password: PASSWORD } });
      const forbidden =
        /^(?:Create|Disable|Enable|Assign|Test|Collect|Start|Empty|Restore|Purge|Hand over|Reset|Revoke)/;
      const looksAtAll = async (what: string) => {
        await settled(auditor.page);
        await says(auditor.page, "You are an auditor");
        const failures = auditor.page.getByText(/That did not work|Not allowed|is not here/);
        const buttons = button(auditor.page, forbidden);
        expect([what, await failures.count(), await buttons.count()]).toEqual([what, 0, 0]);
      };
      await auditor.page.goto("/admin");
      const sections = auditor.page.getByRole("navigation", { name: "Administration" }).getByRole("link");
      await sections.last().waitFor();
      const names = await sections.allTextContents();
      expect(names.length).toBe(11);
      for (const name of names) {
        await sections.filter({ hasText: new RegExp(`^${name}$`) }).click();
        await auditor.page.getByRole("heading", { level: 2 }).first().waitFor();
        await looksAtAll(name);
      }
      for (const path of ["users/lin", "organisations/acme"]) {
        await auditor.page.goto(`/admin/${path}`);
        await looksAtAll(path);
      }
      await auditor.page.setViewportSize({ width: 390, height: 800 });
      await field(auditor.page, "Part of the administration").selectOption("audit");
      await auditor.page.waitForURL("**/admin/audit");
      expect(auditor.complaints).toEqual([]);
      await auditor.context.close();
    },
    WAITED_MS,
  );

  test("nothing complained", () => expect(seen.complaints).toEqual([]));
});
