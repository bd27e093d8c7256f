/** The end of a repository, with what goes and what that frees said first, and the way back afterwards. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, useRead } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { formatBytes, formatTime, plural } from "../../../ui/format.ts";
import { Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { type Repository, useMayDelete } from "../repository.ts";

const STALE = ["search", "namespaces", "usage", "tags", "activity"];

export function Deletion({ repository }: { repository: Repository }) {
  const { name, namespace } = repository;
  const params = { repository: name };
  const mayDelete = useMayDelete(repository);
  const [isAsking, setAsking] = useState(false);
  const toast = useToast();
  const navigate = useNavigate();
  const instance = useRead(client.instance.get, undefined).data;
  const effect = useRead(client.usage.deletion, { params, query: {} }, { enabled: isAsking });
  const restore = useChange(client.repositories.restore, { stale: STALE, done: `${name} is back.` });
  const remove = useChange(client.repositories.delete, {
    stale: STALE,
    onDone: () => {
      toast.say(`Deleted ${name}.`, { label: "Undo", onSelect: () => restore.mutate({ params }) });
    },
  });
  if (!mayDelete) return null;
  const confirm = async () => {
    // The page goes first: what it shows is not there any more.
    await navigate({ to: "/n/$", params: { _splat: namespace } });
    remove.mutate({ params });
  };
  return (
    <Section
      title="Delete the repository"
      lead="With all of its tags and images. It can be restored until the recycle bin is emptied."
    >
      <div>
        <Button kind="danger" onClick={() => setAsking(true)}>
          Delete {name}…
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Delete the repository?"
        action="Delete it"
        typed={name}
        isBusy={remove.isPending}
        onConfirm={() => void confirm()}
      >
        <Answer answer={effect}>
          {({ tags, manifests, freedAtOnce, freedLater, keptElsewhere, manifestBytes, isExact }) => (
            <>
              <p>
                <span className="code break-all">{name}</span> goes, with {plural(tags.count, "tag")} and{" "}
                {plural(manifests, "image")}. Nobody can pull it any more.
              </p>
              <p>
                {isExact ? "" : "About "}
                {formatBytes(freedAtOnce.bytes + freedLater.bytes + manifestBytes)} are freed once the recycle bin is
                emptied of it
                {keptElsewhere.bytes > 0 &&
                  `; ${formatBytes(keptElsewhere.bytes)} stay, as other repositories have the same layers`}
                .
              </p>
            </>
          )}
        </Answer>
        {instance !== undefined && (
          <p>
            It can be restored, with its tags and grants, until{" "}
            {formatTime(Date.now() + instance.binKeepSeconds * 1_000)}: here at once, or later from the deleted
            repositories of {namespace}.
          </p>
        )}
      </ConfirmDialog>
    </Section>
  );
}
