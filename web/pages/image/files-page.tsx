import { Page } from "../../ui/page.tsx";

export function FilesPage({ repository }: { repository: string; rest: string }) {
  return <Page title={repository}>…</Page>;
}
