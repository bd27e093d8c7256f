/** Addresses below /admin/: a section, and what of it is looked at: `/admin/users/grace`. */
export type AdminAddress = { section: string; rest: string };

export function parseAdminAddress(splat: string): AdminAddress {
  const [section = "", ...rest] = splat.replace(/\/+$/, "").split("/");
  return { section, rest: rest.join("/") };
}

/** For a link: `<Link {...toAdmin("users", "grace")}>`. */
export function toAdmin(...parts: readonly string[]) {
  return { to: "/admin/$", params: { _splat: parts.filter((it) => it !== "").join("/") } } as const;
}
