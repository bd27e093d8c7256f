/** A repository as its pages read and change it: with the ETag, so that nobody overwrites what they have not seen. */
import { client } from "../../data/client.ts";
import { callOf, useChange, useRead } from "../../data/query.ts";

export type Repository = Awaited<ReturnType<typeof client.repositories.get>>;
export type RepositoryAction = Repository["actions"][number];

const getWhole = callOf("repositories.getWhole", (input: { params: { repository: string } }, options) =>
  client.repositories.get.full(input, options),
);

/** `data.value` and `data.etag`. */
export function useRepository(repository: string) {
  return useRead(getWhole, { params: { repository } });
}

type Update = Parameters<typeof client.repositories.update>[0] & { ifMatch: string | null };

const updateUnchanged = callOf("repositories.update", ({ ifMatch, ...input }: Update) =>
  client.repositories.update(input, ifMatch === null ? {} : { ifMatch }),
);

/** Refused with 412 where somebody else changed it since `ifMatch` was read. */
export function useRepositoryUpdate(settings: { done: string; onDone?: () => void; saysErrors?: boolean }) {
  return useChange(updateUnchanged, { ...settings, stale: ["activity", "search"] });
}

/** What this registry and the person's role allow. */
export function useMayDelete({ actions }: Repository): boolean {
  const instance = useRead(client.instance.get, undefined).data;
  return actions.includes("delete") && instance?.canDelete === true && !instance.isReadOnly;
}
