/** What a new token may do and for how long, as people choose it. */
import type { client } from "../../data/client.ts";

export type Scope = NonNullable<Parameters<typeof client.accountTokens.create>[0]["body"]["scopes"]>[number];
export type Action = Scope["actions"][number];

export const ACTIONS: readonly { action: Action; says: string }[] = [
  { action: "pull", says: "Pull" },
  { action: "push", says: "Push" },
  { action: "delete", says: "Delete" },
  { action: "manage", says: "Manage" },
];

export const ACCESS = [
  { id: "read", title: "Read only", says: "Pull what the account may see.", actions: ["pull"] },
  {
    id: "write",
    title: "Read and write",
    says: "Pull and push. The choice for CI that builds.",
    actions: ["pull", "push"],
  },
  {
    id: "all",
    title: "Everything",
    says: "All that the account may do, also over the API: as good as the password.",
    actions: null,
  },
  { id: "custom", title: "Custom", says: "Some actions on repositories of some names.", actions: null },
] as const satisfies readonly { id: string; title: string; says: string; actions: readonly Action[] | null }[];

export type AccessId = (typeof ACCESS)[number]["id"];

/** Null: all that the account may do. */
export function scopesOf(access: AccessId, custom: readonly Scope[]): Scope[] | null {
  if (access === "all") return null;
  if (access === "custom") return custom.map((it) => ({ ...it, pattern: it.pattern.trim().toLowerCase() }));
  const choice = ACCESS.find(({ id }) => id === access);
  return [{ actions: [...(choice?.actions ?? [])], pattern: "*" }];
}

export const EXPIRIES = [
  { id: "7", title: "In 7 days" },
  { id: "30", title: "In 30 days" },
  { id: "90", title: "In 90 days" },
  { id: "365", title: "In a year" },
  { id: "date", title: "On a day" },
  { id: "never", title: "Never" },
] as const;

const DAY_MS = 86_400_000;

/** `day`: as an input of dates has it; the token is good through its end. Null: it does not expire. */
export function expiryOf(choice: string, day: string, now = Date.now()): string | null {
  if (choice === "never") return null;
  if (choice === "date") return new Date(`${day}T23:59:59`).toISOString();
  return new Date(now + Number(choice) * DAY_MS).toISOString();
}

/** `Pull and push in all repositories`. */
export function describeScope({ actions, pattern }: Scope): string {
  const words = ACTIONS.filter(({ action }) => actions.includes(action)).map(({ says }) => says.toLowerCase());
  const text = words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
  const place = pattern === "*" ? "everywhere" : `in ${pattern}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${place}`;
}
