/** What of an image is looked at, as the address says behind its question mark, and the addresses of its pages. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { toRepository } from "../repository/address.ts";

export const VIEWS = ["overview", "configuration", "layers", "referrers", "manifest"] as const;
export type View = (typeof VIEWS)[number];

export type ImageSearch = {
  view?: View | undefined;
  /** Of an index: `linux/arm64/v8`, or a digest where it names no platform. */
  platform?: string | undefined;
  /** Digest of the one layer that is looked at. */
  layer?: string | undefined;
  /** Directory. */
  path?: string | undefined;
  file?: string | undefined;
  /** A part of paths. Not `q`: that is the search of all pages. */
  find?: string | undefined;
  largest?: boolean | undefined;
  kind?: "added" | "removed" | "changed" | undefined;
};

/** Addresses are written by anyone: what is not understood is left out. */
export function parseImageSearch(search: Record<string, unknown>): ImageSearch {
  const text = (name: string) => {
    const value = search[name];
    const given = typeof value === "number" ? String(value) : value;
    return typeof given === "string" && given !== "" ? given : undefined;
  };
  return {
    view: VIEWS.find((it) => it === search["view"]),
    platform: text("platform"),
    layer: text("layer"),
    path: text("path"),
    file: text("file"),
    find: text("find"),
    largest: search["largest"] === true ? true : undefined,
    kind: (["added", "removed", "changed"] as const).find((it) => it === search["kind"]),
  };
}

export function useImageSearch(): ImageSearch {
  return parseImageSearch(useSearch({ strict: false }));
}

type Section = "images" | "files" | "diff";

/** For a link: `<Link {...toImage("acme/api", "images", "v1", { view: "layers" })}>`. */
export function toImage(repository: string, section: Section, rest: string, search: ImageSearch = {}) {
  // The route of repositories leaves what stands behind the question mark to its pages.
  return { ...toRepository(repository, section, rest), search: search as never };
}

/** Goes to the same page with something changed; `replaces`: without a step back to how it was. */
export function useImageNavigate(repository: string, section: Section, rest: string) {
  const navigate = useNavigate();
  return (search: ImageSearch, replaces = false) =>
    void navigate({ ...toImage(repository, section, rest, search), replace: replaces, resetScroll: false });
}

/** `latest`, or the beginning of a digest. */
export function shortReference(reference: string): string {
  const at = reference.indexOf(":");
  return at < 0 ? reference : reference.slice(at + 1, at + 13);
}

/** `acme/api:v1`, `acme/api@sha256:…`. */
export function imageName(repository: string, reference: string): string {
  return `${repository}${reference.includes(":") ? "@" : ":"}${reference}`;
}

/** Where the browser downloads a blob of a manifest as it is stored. */
export function blobAddress(repository: string, reference: string, digest: string): string {
  return `/api/v1/repositories/${escaped(repository)}/-/manifests/${encodeURIComponent(reference)}/layers/${encodeURIComponent(digest)}/download`;
}

const escaped = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/** Where the browser downloads a file of an image. */
export function downloadAddress(
  repository: string,
  reference: string,
  query: { path: string; layer?: string | undefined },
) {
  const search = new URLSearchParams({
    path: query.path,
    ...(query.layer === undefined ? {} : { layer: query.layer }),
  });
  return `/api/v1/repositories/${escaped(repository)}/-/manifests/${encodeURIComponent(reference)}/files/download?${search}`;
}
