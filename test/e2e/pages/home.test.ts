// The start of a registry in Chromium: the guided first push with the clients themselves, the search, and the frame of every page.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { settled, startChromium, visit } from "../../support/chromium.ts";
import { type ContainersHome, makeContainersHome } from "../../support/containers-home.ts";
import { BASE_IMAGE, DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../../support/docker-engine.ts";
import { ADMINISTRATOR, fill, FILLED, MEMBER, PASSWORD } from "../../support/pages.ts";
import { run } from "../../support/process.ts";
import { describeWith } from "../../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";

/** What the page gives to copy, by what stands above it. */
async function linesOf(page: Page, client: string): Promise<Record<string, string>> {
  await page.getByRole("group", { name: "Client" }).getByRole("button", { name: client }).click();
  const found: Record<string, string> = {};
  for (const button of await page.getByRole("button", { name: /^Copy: / }).all()) {
    const title = (await button.getAttribute("aria-label"))?.slice("Copy: ".length) ?? "";
    found[title] = (await button.locator("xpath=..").locator("pre").textContent()) ?? "";
  }
  return found;
}

/** The value of the key that begins so. */
const lineOf = (lines: Record<string, string>, title: string) =>
  Object.entries(lines).find(([it]) => it.startsWith(title))?.[1] ?? `echo no ${title}; exit 1`;

describeWith("the first push", ["chromium", "podman", "skopeo", ...DOCKER_NEEDS], () => {
  let open: Berth;
  let claimed: Berth;
  let chromium: Browser;
  let engine: DockerEngine;
  let directory: TemporaryDirectory;
  let home: ContainersHome;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("first-push");
    [open, claimed, chromium, engine] = await Promise.all([
      startBerth(),
      startBerth({ env: FILLED }),
      startChromium(),
      startDockerEngine(),
    ]);
    home = await makeContainersHome(directory, open.host);
  }, 180_000);

  afterAll(async () => {
    await chromium?.close();
    await Promise.allSettled([open?.stop(), claimed?.stop(), engine?.stop()]);
    await directory?.remove();
  });

  const shell = async (text: string, env: Record<string, string>, input?: string) =>
    await run(["sh", "-ec", text], { env, timeoutSeconds: 120, ...(input === undefined ? {} : { input }) });

  test("an open registry says so, and its empty start gives lines that work and notices the push", async () => {
    const { context, page, complaints } = await visit(chromium, { url: open.url });
    await page.goto("/");
    await page
      .getByText("This registry is open to this machine alone")
      .or(page.getByText("This registry is open: "))
      .waitFor();
    await page.getByRole("heading", { name: "Nothing is here yet" }).waitFor();
    await page.getByText("Waiting for a push").waitFor();
    await page.getByLabel("Image that you have").fill("no image; rm -rf");
    await page.getByText("A name as docker images shows it").waitFor();
    expect(lineOf(await linesOf(page, "Docker"), "Push")).not.toContain("rm -rf");
    await page.getByLabel("Image that you have").fill(BASE_IMAGE);
    const docker = await linesOf(page, "Docker");
    expect(Object.keys(docker)).toEqual(["Push", "Pull"]);
    await shell(lineOf(docker, "Push"), engine.env);
    await page.getByText("It arrived").waitFor();
    await page.getByText("hello:latest", { exact: true }).waitFor();
    await shell(lineOf(docker, "Pull"), engine.env);

    const podman = await linesOf(page, "Podman");
    await shell(lineOf(podman, "Pull"), home.env);
    await page.getByLabel("Image that you have").fill(`${open.host}/hello:latest`);
    await page.getByLabel("Name of the repository").fill("from/podman");
    await shell(lineOf(await linesOf(page, "Podman"), "Push"), home.env);

    await page.getByLabel("Name of the repository").fill("from/skopeo");
    const copy = lineOf(await linesOf(page, "Skopeo"), "Copy from another registry");
    expect(copy).toContain("docker://docker.io/library/alpine:latest");
    const here = copy
      .replace("docker.io/library/alpine", `${open.host}/hello`)
      .replace("--all", "--all --src-tls-verify=false");
    await shell(here, home.env);
    const tags = await fetch(`${open.url}/v2/from/skopeo/tags/list`);
    expect(await tags.json()).toMatchObject({ tags: ["latest"] });

    await page.getByRole("link", { name: "Look at it" }).click();
    await page.waitForURL("**/r/hello");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a person is told how to log in, pushes, and sees it arrive among their own", async () => {
    const { context, page, complaints } = await visit(chromium, { url: claimed.url, as: ADMINISTRATOR });
    await page.goto("/welcome");
    await page.getByText("Waiting for a push into ada").waitFor();
    await page.getByLabel("Image that you have").fill(BASE_IMAGE);
    const docker = await linesOf(page, "Docker");
    const login = lineOf(docker, "Log in");
    expect(login).toBe(`docker login ${claimed.host} -u ada`);
    await shell(`${login} --password-stdin`, engine.env, PASSWORD);
    await shell(lineOf(docker, "Push"), engine.env);
    await page.getByText("It arrived").waitFor();
    await page.getByText(", pushed by ada.").waitFor();

    const podman = await linesOf(page, "Podman");
    await shell(`${lineOf(podman, "Log in")} --password-stdin`, home.env, PASSWORD);
    await shell(lineOf(podman, "Pull"), home.env);
    const skopeo = await linesOf(page, "Skopeo");
    await shell(`${lineOf(skopeo, "Log in")} --password-stdin`, home.env, PASSWORD);

    await page.getByRole("link", { name: "Berth, start" }).click();
    await page.getByRole("list", { name: "Your repositories" }).getByRole("link", { name: "ada/hello" }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describeWith("finding images", ["chromium"], () => {
  let berth: Berth;
  let chromium: Browser;

  beforeAll(async () => {
    berth = await startBerth({ env: FILLED });
    await fill(berth);
    chromium = await startChromium();
    await isIndexed("/api/v1/search/suggest?q=acme/api");
    await isIndexed("/api/v1/search?q=robots");
  }, 120_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
  });

  /** What was pushed and described a moment ago is found a moment later. */
  const isIndexed = async (path: string) => {
    for (let tries = 0; tries < 100; tries++) {
      const answer = (await (await fetch(berth.url + path)).json()) as { items: { name: string }[] };
      if (answer.items[0]?.name === "acme/api") return;
      await Bun.sleep(100);
    }
    throw new Error(`${path} does not find acme/api`);
  };

  test("by keyboard alone: to the box, a suggestion, and there", async () => {
    const { context, page, complaints } = await visit(chromium, { url: berth.url, as: MEMBER });
    await page.goto("/");
    await page.getByRole("heading", { name: "Official" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("acme");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    const option = page.getByRole("option", { selected: true });
    expect(await option.count()).toBe(1);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("option").count()).toBe(0);
    await page.keyboard.type("/api");
    await page.locator("[role=option]:first-child", { hasText: "acme/api" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/r/acme/api");
    expect(await page.getByRole("combobox", { name: "Search images" }).inputValue()).toBe("");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("results change while one types, and facets, order and the way back hold", async () => {
    const { context, page, complaints } = await visit(chromium, { url: berth.url });
    await page.goto("/search");
    const found = page.getByRole("list", { name: "Found repositories" });
    await found.getByRole("link", { name: "acme/web" }).waitFor();
    const box = page.getByRole("combobox", { name: "Search images" });
    await box.pressSequentially("robots", { delay: 30 });
    await page.getByText("1 repository", { exact: true }).waitFor();
    expect(page.url()).toEndWith("/search?q=robots");
    expect(await found.getByRole("link").allTextContents()).toEqual(["acme/api"]);
    // The box keeps the focus and all that was typed.
    expect(await box.evaluate((it) => it === document.activeElement)).toBeTrue();
    await box.fill("");
    await found.getByRole("link", { name: "acme/web" }).waitFor();

    await page.getByRole("button", { name: /^Official/ }).click();
    await page.getByText("1 repository", { exact: true }).waitFor();
    await page.getByLabel("Sort by").selectOption("stars");
    await page.waitForURL(/publisher=official.*sort=stars/);
    await box.fill("submarine");
    await page.getByText("Nothing found").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).waitFor();
    await page.getByRole("button", { name: "Search without filters" }).click();
    await page.getByText("Try fewer or shorter words").waitFor();
    await page.getByRole("link", { name: "Show everything" }).click();
    await found.getByRole("link", { name: "acme/web" }).click();
    await page.waitForURL("**/r/acme/web");
    await page.goBack();
    await found.getByRole("link", { name: "acme/web" }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("the frame takes along those who do not see it", async () => {
    const { context, page, complaints } = await visit(chromium, {
      url: berth.url,
      as: MEMBER,
      width: 390,
      height: 844,
    });
    await page.goto("/");
    await settled(page);
    await page.keyboard.press("Tab");
    const at = () => page.evaluate<string>("document.activeElement.id || document.activeElement.textContent");
    expect(await at()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await at()).toBe("content");
    await page.getByRole("link", { name: "Explore" }).click();
    await page.getByRole("heading", { level: 1, name: "Explore" }).waitFor();
    await page.locator("#content:focus").waitFor();
    await page.locator("[aria-live=polite]", { hasText: "Explore · Berth" }).waitFor({ state: "attached" });
    // A menu is opened, walked through and left by its keys.
    await page.getByRole("button", { name: "Account of grace" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "My repositories" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Account of grace" }).press("Enter");
    await page.getByRole("menuitem", { name: "My repositories" }).press("Enter");
    await page.waitForURL("**/n/grace");
    await page.locator("#content:focus").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
