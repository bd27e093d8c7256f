/** Which digests have a signature beside them: as a referrer, or under the tag that cosign gives it. */
import type { Database } from "../database/database.ts";
import { cosignTag } from "./kind.ts";
import * as queries from "./queries/tags.ts";

/** Nobody has verified them: whoever may push may have put them there. */
export async function signedAmong(
  database: Database,
  repositoryId: number,
  digests: readonly string[],
): Promise<Set<string>> {
  const list = JSON.stringify(digests);
  const signed = new Set<string>();
  for (const { digest } of await queries.listSignedDigests.all(database, { repositoryId, digests: list })) {
    if (digest !== null) signed.add(digest);
  }
  const names = new Map(digests.map((digest) => [cosignTag(digest, "sig"), digest]));
  const tags = { repositoryId, names: JSON.stringify([...names.keys()]) };
  for (const { name } of await queries.listExistingTags.all(database, tags)) signed.add(names.get(name) ?? "");
  return signed;
}
