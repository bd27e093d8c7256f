// An organisation from its first day to its last, in Chromium, with the clients of those whom it lets in and those whom it does not.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { Browser as Api } from "../../support/browser.ts";
import { startChromium, visit, type Visit } from "../../support/chromium.ts";
import { type ContainersHome, makeContainersHome } from "../../support/containers-home.ts";
import { ADMINISTRATOR, FILLED, MEMBER, PASSWORD, pusherOf } from "../../support/pages.ts";
import { describeWith } from "../../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";

describeWith("an organisation", ["chromium", "podman", "skopeo"], () => {
  let berth: Berth;
  let chromium: Browser;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let ada: Visit;
  let grace: Visit;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("organisations");
    [berth, chromium] = await Promise.all([startBerth({ env: FILLED }), startChromium()]);
    home = await makeContainersHome(directory, berth.host);
    const api = new Api(berth.url);
    await api.call("POST", "/api/v1/session", ADMINISTRATOR);
    await api.call("PUT", "/api/v1/accounts/grace", { password: PASSWORD });
    ada = await visit(chromium, { url: berth.url, as: ADMINISTRATOR });
    grace = await visit(chromium, { url: berth.url, as: MEMBER });
  }, 120_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
    await directory?.remove();
  });

  const tab = async (page: Page, name: string) => {
    await page.getByRole("navigation", { name: "Parts of harbour" }).getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
  };
  const dialog = (page: Page) => page.getByRole("dialog");

  test("is made, and somebody is invited and joins", async () => {
    const { page } = ada;
    await page.goto("/settings/organisations");
    await page.getByRole("button", { name: "Make an organisation" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("Harbour");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await page.waitForURL("**/n/harbour");
    await page.getByText("No repositories yet").waitFor();

    await tab(page, "Members");
    await page.getByRole("button", { name: "Invite somebody" }).click();
    await dialog(page).getByLabel("Account name or e-mail address").fill("nobody-of-that-name");
    await dialog(page).getByRole("button", { name: "Invite" }).click();
    await dialog(page).getByRole("alert").waitFor();
    await dialog(page).getByLabel("Account name or e-mail address").fill("grace");
    await dialog(page).getByRole("button", { name: "Invite" }).click();
    await dialog(page).getByText("grace is invited").waitFor();
    await dialog(page).getByRole("button", { name: "Done" }).click();
    await page.getByRole("table").nth(1).getByRole("cell", { name: "grace", exact: true }).waitFor();

    // Not yet a member, and nothing in it is public: it is as if it were not there.
    await grace.page.goto("/n/harbour");
    await grace.page.getByText("There is no harbour to see").waitFor();
    await grace.page.goto("/settings/organisations");
    await grace.page.getByRole("button", { name: "Accept" }).click();
    await grace.page.getByRole("list", { name: "Organisations" }).getByRole("link", { name: "harbour" }).click();
    await grace.page.getByText("No repositories yet").waitFor();
    // A member is shown no button that would be refused.
    await tab(grace.page, "Members");
    await grace.page.getByRole("cell", { name: "Owner", exact: true }).waitFor();
    expect(await grace.page.getByRole("button", { name: /Invite|Remove/ }).count()).toBe(0);
    expect(await grace.page.getByRole("link", { name: "Settings", exact: true }).count()).toBe(0);
  });

  test("what a team is granted its members pull, and not before", async () => {
    const { page } = ada;
    await pusherOf(berth, ADMINISTRATOR).pushImage("harbour/cranes", "v1", {});
    const image = `${berth.host}/harbour/cranes:v1`;
    await home.podman(["login", "--tls-verify=false", berth.host, "-u", "grace", "--password-stdin"], {
      input: PASSWORD,
    });
    const pull = async () => await home.podman(["pull", "--tls-verify=false", image], { exitCode: "any" });
    expect((await pull()).exitCode).not.toBe(0);

    await page.goto("/n/harbour/teams");
    await page.getByRole("button", { name: "New team" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("Not a name");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByRole("alert").waitFor();
    await dialog(page).getByLabel("Name", { exact: true }).fill("crew");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await page.waitForURL("**/n/harbour/teams/crew");
    await page.getByLabel("Put into the team").selectOption("grace");
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("region", { name: "Members of the team" }).getByText("grace").waitFor();
    expect((await pull()).exitCode).not.toBe(0);

    await page.getByRole("button", { name: "Grant a role" }).click();
    await dialog(page).getByLabel("On").fill("harbour/cranes");
    await dialog(page).getByRole("button", { name: "Grant", exact: true }).click();
    await page
      .getByRole("region", { name: "Grants" })
      .getByRole("cell", { name: "harbour/cranes", exact: true })
      .waitFor();
    const pulled = await pull();
    expect([pulled.exitCode, pulled.exitCode === 0 ? "" : pulled.output]).toEqual([0, ""]);

    // Taken back and granted again with one press.
    await tab(page, "Grants");
    await page.getByRole("button", { name: /^Take back read on harbour\/cranes of crew/ }).click();
    await page.getByText("Nothing is granted").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("region", { name: "Grants" }).getByText("crew").waitFor();
  });

  test("a robot gets a token with which skopeo logs in and copies, until it is revoked", async () => {
    const { page } = ada;
    await page.goto("/n/harbour/robots");
    await page.getByRole("button", { name: "New robot" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("ci");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await page.waitForURL("**/n/harbour/robots/harbour.ci");
    await page.getByRole("button", { name: "Grant a role" }).click();
    await dialog(page).getByLabel("Role").selectOption("write");
    await dialog(page).getByRole("button", { name: "Grant", exact: true }).click();
    await page.getByRole("cell", { name: "everything in harbour", exact: true }).waitFor();
    await page.getByRole("button", { name: "New token" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("build machine");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    const token = (await dialog(page).locator("pre").first().textContent()) ?? "";
    expect(token).toStartWith("berth_robot_");
    expect(await dialog(page).locator("pre").nth(1).textContent()).toBe(
      `echo "$TOKEN" | docker login ${berth.host} -u harbour.ci --password-stdin`,
    );
    await dialog(page).getByRole("button", { name: "I have it" }).click();
    expect(await page.content()).not.toContain(token);

    const login = ["login", "--tls-verify=false", berth.host, "-u", "harbour.ci", "--password-stdin"];
    await home.skopeo(login, { input: token });
    const from = `docker://${berth.host}/harbour/cranes:v1`;
    await home.skopeo(["copy", "--src-tls-verify=false", "--dest-tls-verify=false", from, from.replace(":v1", ":v2")]);

    await page.getByRole("button", { name: "Revoke build machine" }).click();
    await dialog(page).getByRole("button", { name: "Revoke the token" }).click();
    await page.getByText("None yet: it cannot log in.").waitFor();
    expect((await home.skopeo(login, { input: token, exitCode: "any" })).exitCode).not.toBe(0);
  });

  test("a deleted repository comes back, the old name leads to the new one, and so does the organisation itself", async () => {
    const { page } = ada;
    const api = new Api(berth.url);
    await api.call("POST", "/api/v1/session", ADMINISTRATOR);
    await api.call("DELETE", "/api/v1/repositories/harbour/cranes");
    await page.goto("/n/harbour/bin");
    await page.getByRole("button", { name: "Restore harbour/cranes" }).click();
    await page.getByText("Nothing was deleted").waitFor();
    await page.getByRole("link", { name: "Usage", exact: true }).click();
    await page.getByRole("link", { name: "harbour/cranes" }).waitFor();

    await tab(page, "Settings");
    await page.getByLabel("New name").fill("ada");
    await page.getByRole("button", { name: "Rename" }).click();
    await page
      .getByText(/taken|already|another/i)
      .first()
      .waitFor();
    await page.getByLabel("New name").fill("Port");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.waitForURL("**/n/port/settings");
    await page.goto("/n/harbour/members");
    await page.waitForURL("**/n/port/members");
    await page.getByRole("cell", { name: "grace" }).first().waitFor();

    await page.goto("/n/port/settings");
    await page.getByRole("button", { name: "Delete port" }).click();
    const confirm = dialog(page).getByRole("button", { name: "Delete the organisation" });
    expect(await confirm.isDisabled()).toBeTrue();
    await dialog(page).getByLabel("Type port to go on").fill("port");
    await confirm.click();
    await page.getByText("port is in the recycle bin.").first().waitFor();
    await page.goto("/n/port");
    await page.getByRole("button", { name: "Restore it" }).click();
    await page.getByRole("link", { name: "port/cranes" }).waitFor();
    for (const { complaints } of [ada, grace]) expect(complaints).toEqual([]);
  });

  test("who is a stranger sees what is public of it, and no more", async () => {
    const api = new Api(berth.url);
    await api.call("POST", "/api/v1/session", ADMINISTRATOR);
    const { page, complaints } = await visit(chromium, { url: berth.url });
    await page.goto("/n/port");
    await page.getByText("There is no port to see").waitFor();
    await page.getByRole("main").getByRole("link", { name: "Sign in" }).waitFor();
    await api.call("PATCH", "/api/v1/repositories/port/cranes", { visibility: "public" });
    await page.reload();
    await page.getByRole("link", { name: "port/cranes" }).waitFor();
    expect(await page.getByRole("navigation", { name: "Parts of port" }).count()).toBe(0);
    // Parts that are for others alone are not told from those that do not exist.
    await page.goto("/n/port/settings");
    await page.getByText("There is no such page").waitFor();
    expect(complaints).toEqual([]);
  });
});
