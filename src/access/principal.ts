/** Who makes a request. */

export type Principal = {
  kind: "anonymous" | "operator";
  /** Stable and unique: what an upload session or a tag's history remembers. */
  id: string;
  /** For people to read. */
  name: string;
  /** Whether this instance lets everyone who reaches it push and pull: nobody has claimed it yet. */
  isOpen: boolean;
};

/** Anyone, on an instance that nobody has claimed and that only this machine (or whoever was invited) can reach. */
export const OPEN_ANONYMOUS: Principal = { kind: "anonymous", id: "anonymous", name: "anonymous", isOpen: true };

export const ANONYMOUS: Principal = { kind: "anonymous", id: "anonymous", name: "anonymous", isOpen: false };

/** Whoever may open the server's Unix socket, or its data directory: the file system has let them in. */
export const OPERATOR: Principal = { kind: "operator", id: "operator", name: "operator", isOpen: true };
