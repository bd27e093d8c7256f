/** A namespace's settings: how it is described, what pushes may make, its name, and its end. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Checkbox, SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { Card, Section } from "../../ui/page.tsx";
import { useToast } from "../../ui/toast.tsx";
import { toNamespace } from "./address.ts";

import type { Namespace, SectionProps } from "./namespace-pages.tsx";
import { ROLE_WORDS } from "./roles.ts";

export function SettingsSection({ namespace }: SectionProps) {
  const me = useMe();
  return (
    <div className="flex max-w-2xl flex-col gap-8">
      <Description key={namespace.id} namespace={namespace} />
      {me?.systemRole === "administrator" && <Publisher namespace={namespace} />}
      <Rename namespace={namespace} />
      {namespace.kind === "organisation" && <Delete namespace={namespace} />}
    </div>
  );
}

function Description({ namespace }: { namespace: Namespace }) {
  const [displayName, setDisplayName] = useState(namespace.displayName);
  const [description, setDescription] = useState(namespace.description);
  const [visibility, setVisibility] = useState(namespace.defaultVisibility);
  const [createsOnPush, setCreatesOnPush] = useState(namespace.createsOnPush);
  const [membersRole, setMembersRole] = useState(namespace.membersRole);
  const update = useChange(client.namespaces.update, { stale: ["session"], done: "The settings are kept." });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({
      params: { namespace: namespace.name },
      body: { displayName, description, defaultVisibility: visibility, createsOnPush, membersRole },
    });
  };
  return (
    <Section title="Settings">
      <Card>
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label="Name to show"
            value={displayName}
            maxLength={100}
            onChange={(event) => setDisplayName(event.target.value)}
          />
          <TextArea
            label="Description"
            value={description}
            maxLength={1_000}
            onChange={(event) => setDescription(event.target.value)}
          />
          <SelectField
            label="A repository that a push makes is"
            value={visibility}
            onChange={(event) => setVisibility(event.target.value as Namespace["defaultVisibility"])}
          >
            <option value="private">Private</option>
            <option value="public">Public</option>
          </SelectField>
          <Checkbox
            label="A push may make a repository"
            checked={createsOnPush}
            onChange={(event) => setCreatesOnPush(event.target.checked)}
          />
          {namespace.kind === "organisation" && (
            <SelectField
              label="Every member may, in every repository"
              value={membersRole ?? ""}
              onChange={(event) =>
                setMembersRole(event.target.value === "" ? null : (event.target.value as Namespace["membersRole"]))
              }
            >
              <option value="">Only what is granted</option>
              {Object.entries(ROLE_WORDS).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </SelectField>
          )}
          <div>
            <Button type="submit" kind="primary" isBusy={update.isPending}>
              Keep the settings
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}

function Publisher({ namespace }: { namespace: Namespace }) {
  const verify = useChange(client.namespaces.verify, {
    stale: ["repositories", "search"],
    done: (it) =>
      `${it.name} is ${it.isVerifiedPublisher ? "a verified publisher" : "no verified publisher any more"}.`,
  });
  return (
    <Section
      title="Verified publisher"
      lead="The mark says that an administrator of this registry knows who publishes here."
    >
      <Checkbox
        label={`${namespace.name} is a verified publisher`}
        checked={namespace.isVerifiedPublisher}
        disabled={verify.isPending}
        onChange={(event) =>
          verify.mutate({
            params: { namespace: namespace.name },
            body: { isVerifiedPublisher: event.target.checked },
          })
        }
      />
    </Section>
  );
}

function Rename({ namespace }: { namespace: Namespace }) {
  const navigate = useNavigate();
  const [name, setName] = useState(namespace.name);
  const rename = useChange(client.namespaces.rename, {
    stale: ["repositories", "session", "account"],
    done: (renamed) => `It is called ${renamed.name} now.`,
    onDone: (renamed) => navigate(toNamespace(renamed.name, "settings")),
    saysErrors: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ params: { namespace: namespace.name }, body: { name: name.trim().toLowerCase() } });
  };
  return (
    <Section
      title="Rename"
      lead={`Every repository follows. ${namespace.name} goes on leading here, for pulls and pushes too, and nobody else can take it.`}
    >
      <form onSubmit={submit} className="flex flex-wrap items-start gap-2">
        <TextField
          label="New name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={rename.error !== null && messageOf(rename.error)}
          required
          maxLength={64}
        />
        <Button type="submit" className="mt-6" isBusy={rename.isPending} disabled={name === namespace.name}>
          Rename
        </Button>
      </form>
    </Section>
  );
}

function Delete({ namespace }: { namespace: Namespace }) {
  const navigate = useNavigate();
  const toast = useToast();
  const [isOpen, setOpen] = useState(false);
  const restore = useChange(client.namespaces.restore, {
    stale: ["repositories", "session", "search"],
    done: (it) => `${it.name} is back, with everything in it.`,
    onDone: (it) => navigate(toNamespace(it.name)),
  });
  const remove = useChange(client.namespaces.delete, {
    stale: ["repositories", "session", "search"],
    onDone: async () => {
      const { name } = namespace;
      toast.say(`${name} is in the recycle bin.`, {
        label: "Undo",
        onSelect: () => restore.mutate({ params: { namespace: name } }),
      });
      await navigate({ to: "/" });
    },
  });
  return (
    <Section title="Delete">
      <div>
        <Button kind="danger" onClick={() => setOpen(true)}>
          Delete {namespace.name}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={`Delete ${namespace.name}?`}
        action="Delete the organisation"
        typed={namespace.name}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate({ params: { namespace: namespace.name } })}
      >
        <p>
          All of its repositories stop answering, and its robots are disabled. It goes to the recycle bin: at its
          address an owner or an administrator can restore it, with everything in it, until the bin is emptied. Its name
          stays reserved.
        </p>
      </ConfirmDialog>
    </Section>
  );
}
