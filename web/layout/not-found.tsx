/** An address that leads nowhere. */
import { SearchX } from "lucide-react";
import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function NotFound() {
  return (
    <Page title="Nothing here">
      <Empty
        title="There is no such page"
        icon={<SearchX size={28} aria-hidden="true" />}
        action={
          <ButtonLink kind="primary" to="/">
            To the start
          </ButtonLink>
        }
      >
        The address may be mistyped, or what was there was renamed or deleted.
      </Empty>
    </Page>
  );
}
