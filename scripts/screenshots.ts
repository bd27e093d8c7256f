// `npm run screenshots [-- NAME…]`: a picture of every page, in light and dark, at the width of a desk and of a phone, in
// dist/screenshots. What has NAME in its name alone, where one is given. They are there to be looked at.

import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { startBerth } from "../test/support/berth.ts";
import { settled, startChromium, visit } from "../test/support/chromium.ts";
import { fill, FILLED, PAGES } from "../test/support/pages.ts";

const DIRECTORY = resolve(import.meta.dir, "../dist/screenshots");
const WIDTHS = { wide: 1280, narrow: 390 };

const asked = process.argv.slice(2);
const berth = await startBerth({ env: FILLED });
const chromium = await startChromium();
let isFine = true;
try {
  await mkdir(DIRECTORY, { recursive: true });
  await fill(berth);
  for (const { name, path, as } of PAGES) {
    if (asked.length > 0 && !asked.some((it) => name.includes(it))) continue;
    for (const [size, width] of Object.entries(WIDTHS)) {
      for (const theme of ["light", "dark"] as const) {
        const { context, page, complaints } = await visit(chromium, { url: berth.url, as, width, theme });
        await page.goto(path);
        await settled(page);
        await page.screenshot({ path: `${DIRECTORY}/${name}-${size}-${theme}.png`, fullPage: true });
        for (const complaint of complaints) console.log(`${name} ${size} ${theme}: ${complaint}`);
        isFine &&= complaints.length === 0;
        await context.close();
      }
    }
    console.log(name);
  }
} finally {
  await chromium.close();
  await berth.stop();
}
process.exitCode = isFine ? 0 : 1;
