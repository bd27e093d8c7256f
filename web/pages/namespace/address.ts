/** Addresses below /n/: a namespace, and what of it is looked at: `/n/acme/teams/qa`. */
export type NamespaceAddress = { namespace: string; section: string; rest: string };

export function parseNamespaceAddress(splat: string): NamespaceAddress {
  const [namespace = "", section = "", ...rest] = splat.replace(/\/+$/, "").split("/");
  return { namespace, section, rest: rest.join("/") };
}

/** For a link: `<Link {...toNamespace("acme", "teams", "qa")}>`. */
export function toNamespace(...parts: readonly string[]) {
  return { to: "/n/$", params: { _splat: parts.filter((it) => it !== "").join("/") } } as const;
}
