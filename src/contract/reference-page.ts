/**
 * A page to read the hub API, made from its OpenAPI document. Plain HTML with one style sheet inside: it needs no script
 * and nothing from elsewhere, so it can be served under `default-src 'none'` with the hash of `REFERENCE_STYLE`.
 */
import { ERROR_CODES } from "../errors.ts";
import type { JsonSchema, OpenApiDocument, Operation, Parameter } from "./openapi.ts";
import { formatSchema } from "./schema-text.ts";

export const REFERENCE_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dee4, #30363d); --soft: light-dark(#f6f8fa, #161b22);
  --text: light-dark(#1f2328, #e6edf3); --dim: light-dark(#59636e, #9198a1); --link: light-dark(#0550ae, #79b8ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; color: var(--text);
  background: light-dark(#fff, #0d1117); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .5rem; }
h2 { border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { font-size: 1.05rem; }
h4 { margin: 1rem 0 .3rem; font-size: .9rem; color: var(--dim); }
p { margin: .5rem 0; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; overflow-x: auto; }
section { margin-bottom: 2.5rem; scroll-margin-top: 1rem; }
nav ul { list-style: none; margin: .2rem 0 1rem; padding: 0; columns: 20rem; }
nav li { break-inside: avoid; }
.address { font: 600 .95rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.2rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
.dim { color: var(--dim); }
`;

/** A whole HTML document. All text of the document is escaped. */
export function referencePage(document: OpenApiDocument): string {
  const { info, components, paths } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const chapters = document.tags.map(({ name }) => ({
    name,
    operations: operations.filter(({ operation }) => operation.tags[0] === name),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)}</title>
<style>${REFERENCE_STYLE}</style>
</head>
<body>
<header>
<h1>${escape(info.title)} <small class="dim">${escape(info.version)}</small></h1>
${prose(info.description)}
<p>The same as <a href="/api/openapi.json">an OpenAPI ${escape(document.openapi)} document</a>.</p>
</header>
<nav aria-label="Endpoints">
${chapters.map((chapter) => contents(chapter.name, chapter.operations)).join("\n")}
<p><a href="#schemas">Schemas</a> · <a href="#errors">Errors</a></p>
</nav>
<main>
${chapters.map(({ name, operations }) => `<h2>${escape(name)}</h2>\n${operations.map(section).join("\n")}`).join("\n")}
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(schemaSection).join("\n")}
<h2 id="errors">Errors</h2>
<p>Errors are <code>application/problem+json</code>; programs go by <code>code</code>.</p>
${table(["code", "status", "meaning"], Object.entries(ERROR_CODES).map(errorRow))}
</main>
</body>
</html>
`;
}

type Listed = { method: string; path: string; operation: Operation };

function contents(name: string, operations: readonly Listed[]): string {
  const lines = operations.map(({ operation }) => {
    return `<li><a href="#${escape(operation.operationId)}">${escape(operation.summary)}</a></li>`;
  });
  return `<p class="dim">${escape(name)}</p>\n<ul>${lines.join("")}</ul>`;
}

function section({ method, path, operation }: Listed): string {
  const { operationId, summary, description, parameters = [], requestBody, responses, security } = operation;
  const body = requestBody?.content["application/json"];
  return `<section id="${escape(operationId)}">
<h3>${escape(summary)}</h3>
<p class="address"><span class="method">${method}</span>${escape(path)}</p>
${description === undefined ? "" : prose(description)}
${security === undefined ? "" : '<p class="dim">Needs no login.</p>'}
${parameters.length === 0 ? "" : `<h4>Parameters</h4>\n${table(["name", "in", "type", "meaning"], parameters.map(parameterRow))}`}
${body === undefined ? "" : `<h4>Request</h4>\n<pre>${format(body.schema)}</pre>`}
${Object.entries(responses).map(response).join("\n")}
</section>`;
}

function parameterRow({ name, in: place, required, description = "", schema }: Parameter): string[] {
  const type = `<code>${format(schema)}</code>`;
  return [
    `<code>${escape(name)}</code>${required ? "" : ' <span class="dim">optional</span>'}`,
    place,
    type,
    inline(description),
  ];
}

function response([status, { description, content = {} }]: [string, Operation["responses"][string]]): string {
  // What goes wrong has one form everywhere; it is shown once, under its name.
  if ("application/problem+json" in content) {
    return status === "default" ? "" : `<p><code>${escape(status)}</code> ${inline(description)}</p>`;
  }
  const shown = Object.entries(content).map(([type, { schema }]) =>
    type === "application/json" ? `<pre>${format(schema)}</pre>` : `<p><code>${escape(type)}</code></p>`,
  );
  return `<h4>Answer <code>${escape(status)}</code></h4>\n<p>${inline(description)}</p>\n${shown.join("\n")}`;
}

function schemaSection([name, schema]: [string, JsonSchema]): string {
  const { description, ...rest } = schema;
  return `<section id="schema-${escape(name)}"><h3>${escape(name)}</h3>
${description === undefined ? "" : prose(description)}<pre>${format(rest)}</pre></section>`;
}

function errorRow([code, { status, message }]: [string, { status: number; message: string }]): string[] {
  return [`<code id="${escape(code)}">${escape(code)}</code>`, String(status), escape(message)];
}

/** Cells are HTML. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((it) => `<th scope="col">${escape(it)}</th>`).join("");
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`);
  return `<div class="table"><table><thead><tr>${heads}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}

function format(schema: JsonSchema): string {
  return formatSchema(schema, {
    text: escape,
    reference: (name) => `<a href="#schema-${escape(name)}">${escape(name)}</a>`,
  });
}

/** Paragraphs and `code`; the rest of Markdown stays as it was written. */
function prose(text: string): string {
  return text
    .split(/\n{2,}/)
    .filter((it) => it.trim() !== "")
    .map((paragraph) => `<p>${inline(paragraph)}</p>`)
    .join("\n");
}

function inline(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
