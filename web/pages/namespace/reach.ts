/** What a robot gets to at most, in words. `repository`: the one that it is confined to. */
export function reachOf(repository: string | null): string {
  if (repository === null) return "what it is granted";
  return repository === "" ? "nothing: its repository was moved elsewhere" : repository;
}
