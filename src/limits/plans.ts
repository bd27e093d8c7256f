/** The plans that there are, by name: those that come with Berth under those of the configuration. */
import type { LimitsConfig } from "./config.ts";
import { type Figures, type Plan, TIERS, UNLIMITED } from "./tiers.ts";

type Given = Readonly<LimitsConfig["plans"][string]>;

export type PlansConfig = {
  readonly anonymousPlan: string;
  readonly defaultPlan: string;
  readonly plans: Readonly<Record<string, Given>>;
};

export class Plans {
  /** Of callers without an account. */
  readonly anonymous: Plan;
  /** Of whomever nobody gave one. */
  readonly default: Plan;
  readonly #byName = new Map(TIERS.map((plan) => [plan.name, plan]));

  constructor({ plans, anonymousPlan, defaultPlan }: PlansConfig) {
    for (const [name, given] of Object.entries(plans)) {
      this.#byName.set(name, { ...changed(this.#byName.get(name) ?? UNLIMITED, given), name });
    }
    this.anonymous = this.#get(anonymousPlan);
    this.default = this.#get(defaultPlan);
  }

  get list(): readonly Plan[] {
    return [...this.#byName.values()];
  }

  /** Null when the configuration knows none of that name. */
  find(name: string): Plan | null {
    return this.#byName.get(name) ?? null;
  }

  /** What a row names; the default where it names none, or one that the configuration does not have any more. */
  of(name: string | null): Plan {
    return (name === null ? null : this.find(name)) ?? this.default;
  }

  #get(name: string): Plan {
    const plan = this.find(name);
    if (plan === null) throw new Error(`there is no plan ${name}`);
    return plan;
  }
}

function changed(figures: Figures, given: Given): Figures {
  const pick = (key: Exclude<keyof Figures, "pullWindowSeconds">): number | null => {
    const figure = given[key];
    if (figure === undefined) return figures[key];
    return figure === "unlimited" ? null : figure;
  };
  return {
    pulls: pick("pulls"),
    pullWindowSeconds: given.pullWindowSeconds ?? figures.pullWindowSeconds,
    privateRepositories: pick("privateRepositories"),
    storageBytes: pick("storageBytes"),
    members: pick("members"),
    parallelBuilds: pick("parallelBuilds"),
  };
}

/** Of two plans the one that lets more be pulled in the same time. */
export function moreGenerous(a: Plan, b: Plan): Plan {
  const rate = ({ pulls, pullWindowSeconds }: Plan) => (pulls === null ? Infinity : pulls / pullWindowSeconds);
  return rate(b) > rate(a) ? b : a;
}
