/** Operating system and architecture, as indexes and configurations say them. */
import type { JsonObject } from "../oci/json.ts";
import { textOf } from "./loose.ts";

export type Platform = { os: string; architecture: string; variant: string | null; osVersion: string | null };

const MAX_TEXT = 64;

/** Null where it says none; attestations stand in an index as of an unknown one. */
export function platformOf(object: JsonObject | null): Platform | null {
  const os = textOf(object, "os", MAX_TEXT);
  const architecture = textOf(object, "architecture", MAX_TEXT);
  if (os === null || architecture === null || os === "unknown") return null;
  return {
    os,
    architecture,
    variant: textOf(object, "variant", MAX_TEXT),
    osVersion: textOf(object, "os.version", MAX_TEXT),
  };
}
