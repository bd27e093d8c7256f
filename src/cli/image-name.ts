/** What stands for a repository, a tag or a manifest on a command line: `REPOSITORY[:TAG|@DIGEST]`, as the registry reads names. */
import { parseReference, parseRepositoryName, type RepositoryName } from "../oci/reference.ts";

export type ImageName = { repository: RepositoryName; reference?: string };

/** Throws a RegistryError that says what is wrong with it. */
export function parseImageName(text: string): ImageName {
  const at = text.indexOf("@");
  // A colon before the last slash belongs to an address, which no name has.
  const end = at >= 0 ? at : text.indexOf(":", text.lastIndexOf("/") + 1);
  const name = end < 0 ? text : text.slice(0, end);
  if (name.includes(":")) {
    throw new Error(
      `'${text}': write the name alone, such as team/app:v1, without the registry's address, and a tag or a digest, not both`,
    );
  }
  const repository = parseRepositoryName(name);
  if (end < 0) return { repository };
  const reference = text.slice(end + 1);
  parseReference(reference);
  return { repository, reference };
}
