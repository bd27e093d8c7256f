/** What the audit log calls an action, in words between who did it and what it was done to. */
const WORDS: Readonly<Record<string, string>> = {
  "tag.put": "pushed the tag",
  "tag.move": "moved the tag",
  "tag.delete": "deleted the tag",
  "tag.restore": "restored the tag",
  "manifest.push": "pushed the image",
  "manifest.delete": "deleted the image",
  "manifest.restore": "restored the image",
  "blob.unlink": "removed a blob",
  "bin.empty": "emptied the recycle bin",
  "repository.create": "made the repository",
  "repository.update": "changed the repository",
  "repository.rename": "renamed the repository",
  "repository.move": "moved the repository",
  "repository.delete": "deleted the repository",
  "repository.restore": "restored the repository",
  "repository.set-official": "changed whether it is official",
  "grant.put": "granted a role",
  "grant.delete": "took a grant back",
};

/** An action that is not known is told by its name. */
export function wordsOf(action: string): string {
  return WORDS[action] ?? action;
}
