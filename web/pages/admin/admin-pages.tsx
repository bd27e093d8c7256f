import { Page } from "../../ui/page.tsx";

export function AdminPages() {
  return <Page title="Administration">…</Page>;
}
