// Reads what `bun test` reports in JUnit's form: which tests passed, failed and were skipped, by their full names.
// A hook is reported as a test without a name: a failed one counts as a failure, a skipped one is nothing.

export interface TestReport {
  passed: number;
  failed: string[];
  skipped: { name: string; suites: string[] }[];
}

const HOOK_NAME = "(unnamed)";
const ELEMENTS = /<(\/?)(testsuite|testcase|failure|error|skipped)\b([^>]*?)(\/?)>/g;

export function parseTestReport(xml: string): TestReport {
  const report: TestReport = { passed: 0, failed: [], skipped: [] };
  // The first suite is the file; what is below it are the names of `describe`.
  const suites: string[] = [];
  let current: { name: string; outcome: "passed" | "failed" | "skipped" } | null = null;

  const finish = () => {
    if (current === null) return;
    const own = suites.slice(1);
    const name = [...own, current.name].join(" > ");
    if (current.outcome === "failed") report.failed.push(name);
    else if (current.name !== HOOK_NAME && current.outcome === "skipped") report.skipped.push({ name, suites: own });
    else if (current.name !== HOOK_NAME) report.passed += 1;
    current = null;
  };

  for (const [, closing, element, attributes = "", empty] of xml.matchAll(ELEMENTS)) {
    if (element === "testsuite" && closing === "/") suites.pop();
    else if (element === "testsuite") {
      if (empty !== "/") suites.push(nameIn(attributes));
    } else if (element === "testcase") {
      if (closing !== "/") current = { name: nameIn(attributes), outcome: "passed" };
      if (closing === "/" || empty === "/") finish();
    } else if (closing !== "/" && current !== null) {
      current.outcome = element === "skipped" ? "skipped" : "failed";
    }
  }
  return report;
}

function nameIn(attributes: string): string {
  const [, escaped = ""] = /\bname="([^"]*)"/.exec(attributes) ?? [];
  return escaped
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&amp;", "&");
}
