// A real browser: Debian's Chromium, driven by playwright-core, with a profile that goes away with it.

import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** `more`: further arguments, such as how names are resolved. */
export async function startChromium(more: readonly string[] = []): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({
    executablePath: Bun.which("chromium") ?? "/usr/bin/chromium",
    args: [...ARGUMENTS, ...more],
  });
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** What the browser complained of: errors of scripts, what the policy stopped, requests that failed without being expected. */
  complaints: string[];
}

export interface VisitOptions {
  url: string;
  /** Log in as them, over the API: the cookie is the same as the page's own. */
  as?: { name: string; password: string } | undefined;
  width?: number;
  height?: number;
  theme?: "light" | "dark";
}

/** A window of its own, as a person who came for the first time. */
export async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { url, as, width = 1280, height = 900, theme = "light" } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  if (as !== undefined) {
    const answer = await context.request.post("/api/v1/session", { data: as, headers: { Origin: url } });
    if (!answer.ok()) throw new Error(`${as.name} could not log in: ${await answer.text()}`);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message)) complaints.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob|about):/.test(request.url())) {
      complaints.push(`went elsewhere: ${request.url()}`);
    }
  });
  return { context, page, complaints };
}

/** Browsers report every answer from 400 on, also those that a page asked for knowingly, such as who is logged in. */
function isExpected(message: ConsoleMessage): boolean {
  return message.text().startsWith("Failed to load resource: the server responded with a status of 4");
}

/** Waits until nothing on the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.locator('[role="status"][aria-label="Loading"]').first().waitFor({ state: "detached" });
}

/** What axe finds, a line a violation with the places; empty when there is none. All of its rules unless some are named. */
export async function accessibilityOf(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules.length === 0 ? axe : axe.withRules(rules)).analyze();
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((it) => it.target.join(" ")).join(" | ")}`,
  );
}
