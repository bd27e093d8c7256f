// Prints the results as a Markdown table, so that a run can be pasted into a document as it is.
import type { Goal, Measure, Metric } from "./measure.ts";
import { betterBy, judge, type Results } from "./results.ts";

const HEADINGS = [
  "row",
  "docker-registry",
  "Berth",
  "ratio",
  "CPU d-r",
  "CPU Berth",
  "goal (must / ambitious)",
  "met",
  "limit",
];

export function formatTable(measures: Measure[], results: Results): string {
  const rows = measures.flatMap((measure) => measure.metrics.map((metric) => formatRow(measure, metric, results)));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(HEADINGS), rule, ...rows.map(line)].join("\n");
}

export function formatSummary(measures: Measure[], results: Results): string {
  const counts = { ambitious: 0, must: 0, missed: 0 };
  const missed: string[] = [];
  for (const measure of measures) {
    for (const metric of measure.metrics) {
      const berth = results.median("berth", measure, metric);
      const verdict = judge(metric, berth, results.median("docker-registry", measure, metric));
      if (verdict !== "") counts[verdict]++;
      if (verdict === "missed") missed.push(metric.label);
    }
  }
  const total = counts.ambitious + counts.must + counts.missed;
  const list = missed.length === 0 ? "" : `\nmissed: ${missed.join("; ")}`;
  return `goals: ${counts.ambitious} ambitious, ${counts.must} must, ${counts.missed} missed, of ${total}${list}`;
}

function formatRow(measure: Measure, metric: Metric, results: Results): string[] {
  const dockerRegistry = results.median("docker-registry", measure, metric);
  const berth = results.median("berth", measure, metric);
  const ratio = dockerRegistry === null || berth === null ? null : betterBy(metric, berth, dockerRegistry);
  const cpuBerth = results.medianCpu("berth", measure, metric);
  return [
    metric.label,
    formatFigure(dockerRegistry, results.skippedReason("docker-registry", measure)),
    formatFigure(berth, results.skippedReason("berth", measure)),
    ratio === null || !Number.isFinite(ratio) ? "" : `${formatNumber(ratio)}x`,
    formatCpu(results.medianCpu("docker-registry", measure, metric), metric),
    formatCpu(cpuBerth, metric) +
      (metric.cpuAtMost !== undefined && cpuBerth !== null && cpuBerth > metric.cpuAtMost
        ? ` (goal ${metric.cpuAtMost})`
        : ""),
    formatGoal(metric.goal),
    judge(metric, berth, dockerRegistry),
    formatLimit(measure, metric, results, berth),
  ];
}

function formatFigure(value: number | null, skipped: string | null): string {
  if (value !== null) return formatNumber(value);
  return skipped === null ? "" : `skipped: ${skipped}`;
}

function formatCpu(value: number | null, metric: Metric): string {
  return value === null ? "" : `${formatNumber(value)} ${metric.cpuUnit ?? ""}`.trimEnd();
}

function formatGoal(goal: Goal | undefined): string {
  if (goal === undefined) return "";
  const suffix = goal.kind === "times" ? "x" : goal.kind === "fraction" ? "x of its" : "";
  return `${formatNumber(goal.must)} / ${formatNumber(goal.ambitious)}${suffix}`;
}

function formatLimit(measure: Measure, metric: Metric, results: Results, berth: number | null): string {
  if (metric.limit === undefined) return "";
  const { name, part } = metric.limit;
  const value = results.median(name, measure, metric);
  if (value === null) return "";
  const reached = berth === null ? "" : `: ${formatNumber(betterBy(metric, berth, value))} of it`;
  return `${name} ${formatNumber(value)}${reached}${part === null ? "" : ` (goal ${part})`}`;
}

export function formatNumber(value: number): string {
  if (value === 0) return "0";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? "," : "");
}
