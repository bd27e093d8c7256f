/** How a number went over time: a line on a canvas, and the same as a table for those who do not see it. */
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatCount } from "./format.ts";

const HEIGHT = 180;
const DAY = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });
const DATE = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });

type ChartProps = {
  /** What the numbers are, such as `Pulls`. */
  label: string;
  /** Oldest first. */
  points: readonly { at: string; value: number }[];
  format?: (value: number) => string;
};

/** Load it lazily: with its library it weighs 25 kB. */
export function Chart({ label, points, format = formatCount }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let chart = draw(element, label, points, format);
    const redraw = () => {
      chart.destroy();
      chart = draw(element, label, points, format);
    };
    const resized = new ResizeObserver(() => {
      if (element.clientWidth !== chart.width) chart.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    // A canvas keeps the colours that it was drawn with.
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", redraw);
    const themed = new MutationObserver(redraw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", redraw);
      chart.destroy();
    };
  }, [label, points, format]);
  return (
    <div className="relative">
      <div ref={box} aria-hidden="true" className="h-45 overflow-hidden" />
      <div className="sr-only">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">{label}</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ at, value }) => (
              <tr key={at}>
                <td>{DAY.format(new Date(at))}</td>
                <td>{format(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function draw(
  element: HTMLElement,
  label: string,
  points: ChartProps["points"],
  format: (value: number) => string,
): UPlot {
  const colour = colours(element);
  const axis: UPlot.Axis = {
    stroke: colour("--color-soft"),
    grid: { stroke: colour("--color-line"), width: 1 },
    ticks: { show: false },
    font: "12px sans-serif",
  };
  return new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_chart, _least, most) => [0, Math.max(most * 1.1, 4)] } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          values: (_chart, splits) => splits.map((at) => DATE.format(at * 1_000)),
        },
        { ...axis, size: 44, values: (_chart, splits) => splits.map((it) => (Number.isInteger(it) ? format(it) : "")) },
      ],
      series: [
        {},
        {
          label,
          stroke: colour("--color-accent"),
          fill: colour("--color-accent-tint"),
          width: 2,
          points: { show: points.length < 3 },
        },
      ],
      plugins: [hint(format)],
    },
    [points.map(({ at }) => Date.parse(at) / 1_000), points.map(({ value }) => value)],
    element,
  );
}

/** The point under the pointer, in words. */
function hint(format: (value: number) => string): UPlot.Plugin {
  const text = document.createElement("div");
  text.className =
    "pointer-events-none absolute right-2 top-1 rounded-sm bg-surface px-2 py-0.5 text-xs text-soft border border-line";
  return {
    hooks: {
      init: (chart) => {
        text.hidden = true;
        chart.over.append(text);
      },
      setCursor: (chart) => {
        const { idx } = chart.cursor;
        const at = idx === null || idx === undefined ? undefined : chart.data[0][idx];
        text.hidden = at === undefined;
        if (at !== undefined && typeof idx === "number") {
          text.textContent = `${DAY.format(at * 1_000)}: ${format(chart.data[1]?.[idx] ?? 0)}`;
        }
      },
    },
  };
}

/** Tokens of the theme as the canvas understands them: with the side that holds now. */
function colours(element: HTMLElement): (token: string) => string {
  const probe = document.createElement("span");
  return (token) => {
    probe.style.color = `var(${token})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}
