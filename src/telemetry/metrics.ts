/**
 * Counters, gauges and histograms in Prometheus' text format (version 0.0.4).
 * Written by hand: the usual library costs 76 ms of every start. Label values come from fixed sets in the code,
 * never from a request, so the number of series is bounded.
 */

type Labels = Record<string, string | number>;

export interface Counter {
  add(value?: number): void;
}

export interface Histogram {
  observe(value: number): void;
}

type Family = { help: string; type: "counter" | "gauge" | "histogram"; lines: (() => string)[] };

export class Metrics {
  readonly #families = new Map<string, Family>();

  /** A series of a counter. Ask once and keep it: adding to it is then one addition. */
  counter(name: string, help: string, labels: Labels = {}): Counter {
    let total = 0;
    const id = name + formatLabels(labels);
    this.#family(name, help, "counter").lines.push(() => `${id} ${total}`);
    return {
      add: (value = 1) => {
        total += value;
      },
    };
  }

  /** A value that is read when somebody asks for it. */
  gauge(name: string, help: string, read: () => number, labels: Labels = {}): void {
    const id = name + formatLabels(labels);
    this.#family(name, help, "gauge").lines.push(() => `${id} ${read()}`);
  }

  /** A counter that something else keeps. */
  total(name: string, help: string, read: () => number): void {
    this.#family(name, help, "counter").lines.push(() => `${name} ${read()}`);
  }

  /** `bounds`: upper limits of the buckets, ascending. */
  histogram(name: string, help: string, bounds: readonly number[], labels: Labels = {}): Histogram {
    const counts = new Float64Array(bounds.length + 1);
    let sum = 0;
    this.#family(name, help, "histogram").lines.push(() => {
      let cumulative = 0;
      const buckets = [...bounds, Infinity].map((bound, index) => {
        cumulative += counts[index] ?? 0;
        return `${name}_bucket${formatLabels({ ...labels, le: bound === Infinity ? "+Inf" : bound })} ${cumulative}`;
      });
      return [
        ...buckets,
        `${name}_sum${formatLabels(labels)} ${sum}`,
        `${name}_count${formatLabels(labels)} ${cumulative}`,
      ].join("\n");
    });
    return {
      observe: (value) => {
        let index = 0;
        while (index < bounds.length && value > (bounds[index] ?? Infinity)) index += 1;
        counts[index] = (counts[index] ?? 0) + 1;
        sum += value;
      },
    };
  }

  format(): string {
    const parts: string[] = [];
    for (const [name, family] of this.#families) {
      parts.push(
        `# HELP ${name} ${family.help}`,
        `# TYPE ${name} ${family.type}`,
        ...family.lines.map((line) => line()),
      );
    }
    return `${parts.join("\n")}\n`;
  }

  #family(name: string, help: string, type: Family["type"]): Family {
    let family = this.#families.get(name);
    if (!family) this.#families.set(name, (family = { help, type, lines: [] }));
    return family;
  }
}

function formatLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(String(value))}`);
  return parts.length > 0 ? `{${parts.join(",")}}` : "";
}
