/** Reading and changing: the one way in which pages use the hub API. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { CallOptions } from "../../src/contract/client.ts";
import { useToast } from "../ui/toast.tsx";
import { messageOf } from "./problem.ts";

type Read<I, O> = { id: string; (input: I, options?: CallOptions): Promise<O> };
type Page<T> = { items: T[]; next: string | null };

/** `group` of `group.verb`: what a change makes stale. */
function keyOf(id: string, input: unknown): unknown[] {
  return [id.slice(0, id.lastIndexOf(".")), id, input];
}

/** Something made of several calls, or of one with what goes beside its input, as a call of the group in `id`. */
export function callOf<I, O>(id: string, run: (input: I, options?: CallOptions) => Promise<O>): Read<I, O> {
  return Object.assign(run, { id });
}

/** For loaders and for `useRead`. */
export function readOptions<I, O>(call: Read<I, O>, input: I) {
  return queryOptions({ queryKey: keyOf(call.id, input), queryFn: ({ signal }) => call(input, { signal }) });
}

type ReadSettings<O> = {
  enabled?: boolean;
  /** The answer before stays while another is on its way. */
  keepsPrevious?: boolean;
  /** Asks again every so often, until what is answered satisfies. */
  again?: { everyMs: number; until?: (output: O) => boolean };
};

/** One answer of the API. */
export function useRead<I, O>(call: Read<I, O>, input: I, settings: ReadSettings<O> = {}) {
  const { keepsPrevious = false, again, ...rest } = settings;
  const options = readOptions(call, input);
  const data = useQueryClient().getQueryData(options.queryKey) as O | undefined;
  const isOver = again === undefined || (data !== undefined && again.until?.(data) === true);
  const before = keepsPrevious ? { placeholderData: keepPreviousData } : {};
  return useQuery({ ...options, ...before, ...rest, refetchInterval: isOver ? false : again.everyMs });
}

type WithAfter = { query?: { after?: string | undefined } };

/** A list of the API page by page: `items` are those that are here by now. */
export function usePages<I extends object, P extends Page<unknown>>(
  call: Read<I, P>,
  input: I,
  settings: { enabled?: boolean; keepsPrevious?: boolean } = {},
) {
  const { keepsPrevious = false, ...rest } = settings;
  const pages = useInfiniteQuery({
    ...infiniteQueryOptions({
      queryKey: [...keyOf(call.id, input), "pages"],
      queryFn: ({ signal, pageParam }) => {
        const { query } = input as WithAfter;
        // The cursor belongs to every list's query.
        const asked = pageParam === null ? input : ({ ...input, query: { ...query, after: pageParam } } as I);
        return call(asked, { signal });
      },
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next,
      ...(keepsPrevious ? { placeholderData: keepPreviousData } : {}),
    }),
    ...rest,
  });
  const items: P["items"][number][] = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return { ...pages, items };
}

type ChangeSettings<O> = {
  /** Groups whose answers are stale afterwards; the call's own always is. */
  stale?: readonly string[];
  /** Said when it is done. */
  done?: string | ((output: O) => string);
  onDone?: (output: O) => void | Promise<void>;
  /** False: the page itself shows why it failed. */
  saysErrors?: boolean;
};

/** A change through the API: says what went wrong, and has everything read anew that it touched. */
export function useChange<I, O>(call: Read<I, O>, settings: ChangeSettings<O> = {}) {
  const cache = useQueryClient();
  const toast = useToast();
  const { stale = [], done, onDone, saysErrors = true } = settings;
  return useMutation({
    mutationFn: (input: I) => call(input),
    onSuccess: async (output) => {
      const [group] = keyOf(call.id, null);
      await Promise.all([group, ...stale].map((it) => cache.invalidateQueries({ queryKey: [it] })));
      if (done !== undefined) toast.say(typeof done === "string" ? done : done(output));
      await onDone?.(output);
    },
    onError: (error) => {
      if (saysErrors) toast.fail(messageOf(error));
    },
  });
}
