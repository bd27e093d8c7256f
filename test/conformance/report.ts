// What a conformance suite reported: its JUnit file, read into cases, and text for a person when something failed.
// Both editions escape all text in that file, so a full XML parser would add nothing.

export interface ReportedCase {
  name: string;
  outcome: "passed" | "skipped" | "failed";
  /** What the suite printed of it; the newer edition includes each request and response. */
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const SHOWN_CASES = 15;
const SHOWN_CHARACTERS = 6_000;

export function parseJUnit(xml: string): ReportedCase[] {
  const cases: ReportedCase[] = [];
  for (const [, attributes = "", , body = ""] of xml.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = decode(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? "").trim();
    const status = /\bstatus="([^"]*)"/.exec(attributes)?.[1] ?? "none";
    const text = decode(body.replaceAll(/<[^>]*>/g, "\n")).trim();
    const outcome = status === "passed" || status === "skipped" ? status : "failed";
    cases.push({ name, outcome, text });
  }
  return cases;
}

export function describeFailures(cases: readonly ReportedCase[]): string {
  const failed = cases.filter(({ outcome }) => outcome === "failed");
  const shown = failed.slice(0, SHOWN_CASES).map(({ name, text }) => `### ${name}\n${text.slice(0, SHOWN_CHARACTERS)}`);
  const names = failed.map(({ name }) => `  ${name}`);
  return [`${failed.length} failed:`, ...names, ...shown].join("\n");
}

/** The parts of the Ginkgo edition's verbose output that tell of a failure, with the requests made in them. */
export function findGinkgoFailures(output: string): string {
  const parts = output.split(/^-{30}$/m).filter((part) => part.includes("[FAILED]"));
  return parts
    .slice(0, SHOWN_CASES)
    .map((part) => part.trim().slice(0, SHOWN_CHARACTERS))
    .join("\n\n");
}

function decode(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, word?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[word ?? ""] ?? whole;
    },
  );
}
