/** What was read is kept a short while, and read again when the window comes back. */
import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./client.ts";

const TRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refused it will refuse again; a connection may come back.
      retry: (failures, error) => failures < TRIES && !(error instanceof ProblemError && error.status < 500),
    },
  },
});
