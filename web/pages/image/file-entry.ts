/** A file of an image as text: its mode as `ls` writes it, where a link leads. */
import type { client } from "../../data/client.ts";

export type Entry = Awaited<ReturnType<typeof client.files.list>>["items"][number];

const LETTERS: Readonly<Record<Entry["type"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  hardlink: "-",
  "character-device": "c",
  "block-device": "b",
  fifo: "p",
  other: "?",
  whiteout: " ",
  opaque: " ",
};

const TYPE_NAMES: Readonly<Record<Entry["type"], string>> = {
  file: "File",
  directory: "Directory",
  symlink: "Symbolic link",
  hardlink: "Hard link",
  "character-device": "Character device",
  "block-device": "Block device",
  fifo: "Named pipe",
  other: "Something else",
  whiteout: "Mark that removes it",
  opaque: "Mark that hides what lies below",
};

export function typeName(type: Entry["type"]): string {
  return TYPE_NAMES[type];
}

const SET_UID = 0o4000;
const SET_GID = 0o2000;
const STICKY = 0o1000;

/** `-rwsr-xr-x`. */
export function modeText(type: Entry["type"], mode: number): string {
  const special = [
    [SET_UID, "s"],
    [SET_GID, "s"],
    [STICKY, "t"],
  ] as const;
  const groups = special.map(([bit, letter], index) => {
    const bits = (mode >> (6 - index * 3)) & 7;
    const runs = (bits & 1) !== 0;
    const last = (mode & bit) !== 0 ? (runs ? letter : letter.toUpperCase()) : runs ? "x" : "-";
    return ((bits & 4) !== 0 ? "r" : "-") + ((bits & 2) !== 0 ? "w" : "-") + last;
  });
  return LETTERS[type] + groups.join("");
}

/** What is to be known of a program: it runs with the rights of its owner or group, whoever starts it. */
export function runsAsOther({ type, mode }: Pick<Entry, "type" | "mode">): "set-uid" | "set-gid" | null {
  if (type !== "file" && type !== "hardlink") return null;
  if ((mode & SET_UID) !== 0) return "set-uid";
  return (mode & SET_GID) !== 0 ? "set-gid" : null;
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Where a symbolic link at `path` leads, as a path from the root; a hard link's target is one already. */
export function targetOf({ path, type, linkTarget }: Pick<Entry, "path" | "type" | "linkTarget">): string | null {
  if (linkTarget === null) return null;
  const start = type === "hardlink" || linkTarget.startsWith("/") ? "" : parentOf(path);
  const words: string[] = [];
  for (const word of `${start}/${linkTarget}`.split("/")) {
    if (word === "..") words.pop();
    else if (word !== "" && word !== ".") words.push(word);
  }
  return words.join("/");
}
