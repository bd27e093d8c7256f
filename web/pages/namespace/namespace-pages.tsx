import { Page } from "../../ui/page.tsx";

export function NamespacePages() {
  return <Page title="Namespace">…</Page>;
}
