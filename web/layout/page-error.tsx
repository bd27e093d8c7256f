/** A page that broke. Reading it anew helps where it was the server that was updated meanwhile. */
import { CircleAlert } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function PageError({ error }: { error: unknown }) {
  return (
    <Page title="This page broke">
      <Empty
        title="This page could not be shown"
        icon={<CircleAlert size={28} aria-hidden="true" />}
        action={
          <Button kind="primary" onClick={() => location.reload()}>
            Read it anew
          </Button>
        }
      >
        Nothing was changed. {error instanceof Error ? error.message : ""}
      </Empty>
    </Page>
  );
}
