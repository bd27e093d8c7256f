/** What a reference names, read once for all sides of it. */
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";

export function useImage(repository: string, reference: string, enabled = true) {
  return useRead(client.manifests.get, { params: { repository, reference } }, { enabled });
}
