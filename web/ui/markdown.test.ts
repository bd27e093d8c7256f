import { expect, test } from "bun:test";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Markdown } from "./markdown.tsx";

const html = (text: string): string =>
  renderToStaticMarkup(createElement(Markdown, { text }))
    .replace(/^<div class="markdown min-w-0">/, "")
    .replace(/<\/div>$/, "");

const REL = 'target="_blank" rel="nofollow ugc noopener noreferrer" class="link"';

test.each([
  [
    "# One\n\nTwo **three** _four_ ~~five~~ `six`",
    "<h2>One</h2><p>Two <strong>three</strong> <em>four</em> <del>five</del> <code>six</code></p>",
  ],
  ["- a\n- b\n  1. c", '<ul><li>a</li><li>b<ol start="1"><li>c</li></ol></li></ul>'],
  ["- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
  ["- [x] done", '<ul><li><input type="checkbox" disabled="" aria-label="done" checked=""/>done</li></ul>'],
  ["```sh\ndocker <run>\n```", '<pre tabindex="0"><code>docker &lt;run&gt;</code></pre>'],
  ["> a\n\n---", "<blockquote><p>a</p></blockquote><hr/>"],
  ["[a](https://b.test/?c&d)", `<p><a href="https://b.test/?c&amp;d" ${REL}>a</a></p>`],
  ["[a][1]\n\n[1]: https://b.test", `<p><a href="https://b.test" ${REL}>a</a></p>`],
  ["see www.b.test", `<p>see <a href="http://www.b.test" ${REL}>www.b.test</a></p>`],
  ["![a](https://b.test/c.png)", `<p><a href="https://b.test/c.png" ${REL}>[image: a]</a></p>`],
])("%j", (text, expected) => expect(html(text)).toBe(expected));

test("tables", () => {
  expect(html("|a|b|\n|-|-:|\n|1|2|")).toContain('<th>a</th><th class="text-right">b</th>');
});

test.each([
  "<script>alert(1)</script>",
  "a <img src=x onerror=alert(1)> b",
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](java&#115;cript:alert(1))",
  "[a](&#x6A;avascript:alert(1))",
  "[a](data:text/html,x)",
  "[a](//elsewhere.test)",
  "[a](/api/v1/session)",
  "[a][1]\n\n[1]: javascript:alert(1)",
  "![a](javascript:alert(1))",
  "<javascript:alert(1)>",
  '<a href="https://elsewhere.test">a</a>',
])("%j makes nothing that leads anywhere", (text) => {
  expect(html(text)).not.toMatch(/href|src=|<script|<img|onerror=/);
});

test.each(["> ", "- ", "*a ", "[", "![", "`", "**a_", "1. ", "[a](", "<", "&", "|", "~", "# "])(
  "64 kB of %j neither break nor hang the page",
  (piece) => {
    const began = performance.now();
    expect(html(piece.repeat(65_536 / piece.length)).length).toBeLessThan(1_000_000);
    expect(performance.now() - began).toBeLessThan(4_000);
  },
);
