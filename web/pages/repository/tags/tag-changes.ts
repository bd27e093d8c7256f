/** Many tags deleted or brought back at once, a few at a time, with those that failed told apart. */
import { client } from "../../../data/client.ts";
import { messageOf } from "../../../data/problem.ts";
import { callOf } from "../../../data/query.ts";

export type ManyTags = { repository: string; names: readonly string[]; onProgress?: (done: number) => void };
export type ManyDone = { done: string[]; failed: { name: string; reason: string }[] };

const AT_ONCE = 6;

async function forEach({ names, onProgress }: ManyTags, change: (name: string) => Promise<unknown>): Promise<ManyDone> {
  const outcome: ManyDone = { done: [], failed: [] };
  const waiting = names.values();
  const work = async () => {
    for (const name of waiting) {
      try {
        await change(name);
        outcome.done.push(name);
      } catch (error) {
        outcome.failed.push({ name, reason: messageOf(error) });
      }
      onProgress?.(outcome.done.length + outcome.failed.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcome;
}

export const deleteTags = callOf("tags.deleteMany", (many: ManyTags) =>
  forEach(many, (tag) => client.tags.delete({ params: { repository: many.repository, tag } })),
);

/** Out of the recycle bin; takes no more than the right to delete. */
export const restoreTags = callOf("tags.restoreMany", (many: ManyTags) =>
  forEach(many, (reference) =>
    client.recycleBin.restore({ params: { repository: many.repository }, body: { reference } }),
  ),
);

/** `2 tags, which stay: v1 (…)`, for a message; null where all went well. */
export function failuresOf({ failed }: ManyDone): string | null {
  const [first] = failed;
  if (first === undefined) return null;
  const more = failed.length === 1 ? "" : ` and ${failed.length - 1} more`;
  return `${first.name}${more}: ${first.reason}`;
}
