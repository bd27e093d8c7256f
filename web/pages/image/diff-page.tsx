import { Page } from "../../ui/page.tsx";

export function DiffPage({ repository }: { repository: string; rest: string }) {
  return <Page title={repository}>…</Page>;
}
