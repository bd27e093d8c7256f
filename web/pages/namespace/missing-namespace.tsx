/** A namespace that is not there, or not for this person; or that lies in the recycle bin, from where they can take it back. */
import { useNavigate } from "@tanstack/react-router";
import { SearchX, Trash2 } from "lucide-react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toNamespace } from "./address.ts";

export function MissingNamespace({ name }: { name: string }) {
  const me = useMe();
  const navigate = useNavigate();
  const deleted = useRead(client.namespaces.list, { query: { deleted: true, limit: 1_000 } }, { enabled: Boolean(me) });
  const restore = useChange(client.namespaces.restore, {
    stale: ["repositories", "session", "search"],
    done: (it) => `${it.name} is back, with everything in it.`,
    onDone: (it) => navigate(toNamespace(it.name)),
  });
  const binned = deleted.data?.items.find((it) => it.name === name);
  if (me === undefined || (me !== null && deleted.isPending)) {
    return (
      <Page title={name}>
        <Loading />
      </Page>
    );
  }
  if (binned !== undefined) {
    return (
      <Page title={name}>
        <Empty
          title={`${name} is in the recycle bin`}
          icon={<Trash2 size={28} aria-hidden="true" />}
          action={
            <Button
              kind="primary"
              isBusy={restore.isPending}
              onClick={() => restore.mutate({ params: { namespace: name } })}
            >
              Restore it
            </Button>
          }
        >
          It was deleted <Time at={binned.deletedAt} />. Restored, it has its repositories, members and grants again.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={name}>
      <Empty
        title={`There is no ${name} to see`}
        icon={<SearchX size={28} aria-hidden="true" />}
        action={
          me === null ? (
            <ButtonLink kind="primary" to="/login" search={{ next: location.pathname + location.search }}>
              Sign in
            </ButtonLink>
          ) : (
            <ButtonLink to="/">To the start</ButtonLink>
          )
        }
      >
        {me === null
          ? "It does not exist, or nothing in it is public. Signed in, you see what you were granted."
          : "It does not exist, or nothing in it is for this account. One of its owners can invite you."}
      </Empty>
    </Page>
  );
}
