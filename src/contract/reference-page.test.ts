import { expect, test } from "bun:test";
import { z } from "zod";
import { exampleApi } from "../../test/support/example-contract.ts";
import { ERROR_CODES } from "../errors.ts";
import { endpoint } from "./endpoint.ts";
import { endpointsOf, openApiDocument } from "./openapi.ts";
import { REFERENCE_STYLE, referencePage } from "./reference-page.ts";
import { formatSchema } from "./schema-text.ts";

const OPTIONS = { title: "Example", version: "1", description: "First.\n\nSecond `code`.", sessionCookie: "s" };
const page = referencePage(openApiDocument(exampleApi, OPTIONS));

test("every endpoint, schema and error can be linked to, and every link of the page leads somewhere", () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id } of endpointsOf(exampleApi)) expect(ids).toContain(id);
  for (const code of Object.keys(ERROR_CODES)) expect(ids).toContain(code);
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link!);
  expect(links.filter((link) => !(link.startsWith("#") && ids.includes(link.slice(1))))).toEqual(["/api/openapi.json"]);
  expect(page).toContain("<p>First.</p>\n<p>Second <code>code</code>.</p>");
  expect(page).toContain("/api/v1/repositories/{repository}/-/tags");
});

test("it needs nothing from elsewhere, no script, and no style but its own", () => {
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\sstyle=|\son\w+=|https?:/i);
  expect(page.split("<style>")).toHaveLength(2);
  expect(page).toContain(`<style>${REFERENCE_STYLE}</style>`);
  expect(REFERENCE_STYLE).toContain("color-scheme: light dark");
});

test("text of the document cannot become markup", () => {
  const evil = `"'><script>alert(1)</script>&\`<b>\``;
  const api = {
    x: {
      y: endpoint({
        id: "x.y",
        method: "POST",
        path: "/api/v1/x",
        summary: evil,
        description: evil,
        tags: [evil],
        schemas: () => ({
          query: { [evil]: z.enum([evil]).optional().describe(evil) },
          body: z.strictObject({ [evil]: z.literal(evil).describe(evil), a: z.string().default(evil) }),
          response: z.strictObject({ a: z.string().meta({ format: evil }) }).meta({ id: evil, description: evil }),
        }),
      }),
    },
  };
  const html = referencePage(openApiDocument(api, { ...OPTIONS, title: evil, version: evil, description: evil }));
  expect(html).not.toMatch(/<script|<b>|="'>/);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("schemas read like types", () => {
  const plain = { text: (it: string) => it, reference: (it: string) => `@${it}` };
  const show = (schema: z.ZodType) => formatSchema(z.toJSONSchema(schema, { io: "input" }), plain);
  expect(show(z.int())).toBe("integer");
  expect(show(z.int().min(1).max(5).default(3))).toBe("integer (1 to 5, 3 unless given)");
  expect(show(z.string().max(5).nullable())).toBe("string (at most 5 characters) | null");
  expect(show(z.enum(["a", "b"]))).toBe('"a" | "b"');
  expect(show(z.array(z.boolean()).max(3))).toBe("list of boolean (at most 3)");
  expect(show(z.array(z.enum(["a", "b"])).max(3))).toBe('list of ("a" | "b") (at most 3)');
  expect(show(z.record(z.string(), z.number()))).toBe("{ [name]: number }");
  expect(show(z.strictObject({}))).toBe("{}");
  expect(show(z.strictObject({ a: z.strictObject({ b: z.int().describe("Why.") }).optional() }))).toBe(
    "{\n  a?: {\n    b: integer  // Why.\n  }\n}",
  );
});
