// Every page of the hub in a real browser: nothing complains, nothing leaves the origin, and axe finds nothing, light and dark.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { accessibilityOf, settled, startChromium, visit } from "../../support/chromium.ts";
import { fill, FILLED, PAGES } from "../../support/pages.ts";
import { describeWith } from "../../support/requirements.ts";

const WIDTHS = [1280, 390];
/** Compressed, of a first visit with an empty cache. */
const MAX_SCRIPT_BYTES = 200_000;
const SCRIPT_BYTES = `performance.getEntriesByType("resource")
  .filter((it) => it.name.endsWith(".js"))
  .reduce((sum, it) => sum + it.encodedBodySize, 0)`;

describeWith("the pages in Chromium", ["chromium"], () => {
  let berth: Berth;
  let chromium: Browser;

  beforeAll(async () => {
    berth = await startBerth({ env: FILLED });
    await fill(berth);
    chromium = await startChromium();
  }, 120_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
  });

  test.each(PAGES.map((it) => [it.name, it] as const))(
    "%s",
    async (_name, { path, as }) => {
      const { context, page, complaints } = await visit(chromium, { url: berth.url, as });
      await page.goto(path);
      await settled(page);
      const script = await page.evaluate<number>(SCRIPT_BYTES);
      expect(script).toBeGreaterThan(0);
      expect(script).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        expect(await accessibilityOf(page)).toEqual([]);
        // What is wide scrolls in a box of its own.
        expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      }
      // In the dark the colours alone are others.
      await page.emulateMedia({ colorScheme: "dark" });
      // Until it is drawn the browser gives some elements the colours from before.
      await page.screenshot();
      expect(await accessibilityOf(page, ["color-contrast"])).toEqual([]);
      expect(await page.title()).toContain("Berth");
      expect(complaints).toEqual([]);
      await context.close();
    },
    120_000,
  );
});
