// What a person finds on a page: by the names that are read out, so that each has one.

import type { Locator, Page } from "playwright-core";

export const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole("button", { name, exact: typeof name === "string" });

export const field = (page: Page, label: string): Locator => page.getByLabel(label, { exact: true });

/** Waits until the page says this somewhere. */
export const says = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
