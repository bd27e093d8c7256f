/** Who sees a repository, with what changing it means said first. */
import { Globe, Lock } from "lucide-react";
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog, DialogActions } from "../../../ui/dialog.tsx";
import { plural } from "../../../ui/format.ts";
import { Section } from "../../../ui/page.tsx";
import { type Repository, useRepositoryUpdate } from "../repository.ts";

export function Visibility({ repository, etag }: { repository: Repository; etag: string | null }) {
  const { name, visibility } = repository;
  const [isAsking, setAsking] = useState(false);
  const wanted = visibility === "public" ? "private" : "public";
  const close = () => setAsking(false);
  const update = useRepositoryUpdate({ done: `${name} is ${wanted} now.`, onDone: close });
  const Icon = visibility === "public" ? Globe : Lock;
  return (
    <Section title="Visibility">
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-line bg-surface p-4">
        <p className="flex items-center gap-2 text-sm">
          <Icon size={16} aria-hidden="true" />
          {visibility === "public"
            ? "Public: everybody who may see public images."
            : "Private: only those it was granted to."}
        </p>
        <Button onClick={() => setAsking(true)}>Make it {wanted}…</Button>
      </div>
      <Dialog isOpen={isAsking} onClose={close} title={`Make ${name} ${wanted}?`}>
        <div className="flex flex-col gap-2 text-sm">
          {wanted === "public" ? <BecomesPublic repository={repository} /> : <BecomesPrivate />}
        </div>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button
            kind="primary"
            isBusy={update.isPending}
            onClick={() => update.mutate({ params: { repository: name }, body: { visibility: wanted }, ifMatch: etag })}
          >
            Make it {wanted}
          </Button>
        </DialogActions>
      </Dialog>
    </Section>
  );
}

function BecomesPublic({ repository: { tags, manifests } }: { repository: Repository }) {
  const instance = useRead(client.instance.get, undefined).data;
  return (
    <>
      <p>
        {instance?.isPublic === false ? "Everybody with an account" : "Everybody, also without an account,"} will be
        able to pull all {plural(tags, "tag")} and {plural(manifests, "image")}, and see:
      </p>
      <ul className="list-disc pl-5">
        <li>the README, the description, and how often it was pulled;</li>
        <li>every file and layer in the images, their configuration, history and labels;</li>
        <li>who pushed which tag when.</li>
      </ul>
      <p>Make sure that no layer holds a secret: whoever pulled it keeps it, also if you make it private again.</p>
    </>
  );
}

function BecomesPrivate() {
  return (
    <>
      <p>It disappears for everybody who was not granted it: from the search, from lists, and for pulls.</p>
      <p>
        Servers and people who pull it without an account will be refused. Grants and stars stay. You can change it
        back.
      </p>
    </>
  );
}
