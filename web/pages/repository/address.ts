/**
 * Addresses below /r/: a repository's name with its slashes, and behind `/-/` what of it is looked at, as in the hub API:
 * `/r/acme/team/api/-/images/v1`. No part of a name starts with a dash.
 */
export type RepositoryAddress = { repository: string; section: string; rest: string };

export function parseAddress(splat: string): RepositoryAddress {
  const [repository = "", behind = ""] = splat.replace(/\/+$/, "").split("/-/", 2);
  const at = behind.indexOf("/");
  return at < 0
    ? { repository, section: behind, rest: "" }
    : { repository, section: behind.slice(0, at), rest: behind.slice(at + 1) };
}

/** For a link: `<Link {...toRepository("acme/api", "images", "v1")}>`. */
export function toRepository(repository: string, section = "", rest = "") {
  const behind = [section, rest].filter((it) => it !== "").join("/");
  return { to: "/r/$", params: { _splat: behind === "" ? repository : `${repository}/-/${behind}` } } as const;
}
