/** The guide's page on access says what the table of rights says. */
import { expect, test } from "bun:test";
import { printAccessDocs } from "../../scripts/print-access-docs.ts";

test("docs/guide/access.md is printed from the table of rights; run scripts/print-access-docs.ts when it is not", async () => {
  const { path, text } = await printAccessDocs();
  expect(await Bun.file(path).text()).toBe(text);
});
