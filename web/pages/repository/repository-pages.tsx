import { Page } from "../../ui/page.tsx";

export function RepositoryPages() {
  return <Page title="Repository">…</Page>;
}
