/** Every tag of a repository: in pages of 1,000, one after the other in the background, while those that are here can be used. */
import { useEffect } from "react";
import { client } from "../../../data/client.ts";
import { usePages } from "../../../data/query.ts";

export type ListedTag = Awaited<ReturnType<typeof client.tags.list>>["items"][number];

const PAGE = 1_000;

export function useTags(repository: string) {
  const pages = usePages(client.tags.list, { params: { repository }, query: { limit: PAGE } });
  const { hasNextPage, isFetching, isError, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return pages;
}
