/** The organisations one belongs to, invitations to others, and making one. */
import { Link, useNavigate } from "@tanstack/react-router";
import { Building2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer, Empty } from "../../ui/states.tsx";
import { OwnInvitations } from "./own-invitations.tsx";

type Session = Awaited<ReturnType<typeof client.session.get>>;
type Organisation = Session["namespaces"][number];

export function OrganisationsSection() {
  const session = useRead(client.session.get, undefined);
  const instance = useRead(client.instance.get, undefined).data;
  const [isMaking, setMaking] = useState(false);
  const [left, setLeft] = useState<Organisation | null>(null);
  const leave = useChange(client.members.remove, {
    stale: ["session", "namespaces", "repositories"],
    done: "You have left it.",
    onDone: () => setLeft(null),
  });
  return (
    <Answer answer={session} what="Your organisations">
      {({ namespaces, account }) => {
        const organisations = namespaces.filter(({ kind }) => kind === "organisation");
        const mayMake = instance?.organisationCreation === "everyone" || account.systemRole === "administrator";
        const make = mayMake && (
          <Button kind="primary" onClick={() => setMaking(true)}>
            Make an organisation
          </Button>
        );
        return (
          <>
            <OwnInvitations />
            <Section
              title="Organisations"
              lead="Names that several people share, with members, teams and robots."
              actions={organisations.length > 0 && make}
            >
              {organisations.length === 0 ? (
                <Empty title="No organisations yet" icon={<Building2 size={28} aria-hidden="true" />} action={make}>
                  {mayMake
                    ? "Make one to share images with others under one name, or be invited to one."
                    : "Administrators alone make them here. Be invited to one, or ask for one."}
                </Empty>
              ) : (
                <ul
                  aria-label="Organisations"
                  className="divide-y divide-line rounded-lg border border-line bg-surface"
                >
                  {organisations.map((organisation) => (
                    <li key={organisation.id} className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
                      <div className="min-w-0">
                        <p className="flex flex-wrap items-center gap-2">
                          <Link
                            to="/n/$"
                            params={{ _splat: organisation.name }}
                            className="link text-sm font-medium break-all"
                          >
                            {organisation.name}
                          </Link>
                          <Badge tone={organisation.role === "owner" ? "accent" : "neutral"}>
                            {organisation.role === "owner" ? "Owner" : "Member"}
                          </Badge>
                        </p>
                        <p className="text-xs break-words text-soft">{organisation.displayName}</p>
                      </div>
                      <Button aria-label={`Leave ${organisation.name}`} onClick={() => setLeft(organisation)}>
                        Leave
                      </Button>
                    </li>
                  ))}
                </ul>
              )}
            </Section>
            <Dialog isOpen={isMaking} onClose={() => setMaking(false)} title="Make an organisation">
              <Make onClose={() => setMaking(false)} />
            </Dialog>
            <ConfirmDialog
              isOpen={left !== null}
              onClose={() => setLeft(null)}
              title="Leave this organisation?"
              action="Leave it"
              isBusy={leave.isPending}
              onConfirm={() =>
                left !== null && leave.mutate({ params: { namespace: left.name, account: account.name } })
              }
            >
              <p>
                You lose the places in the teams of <span className="font-medium">{left?.name}</span> and what was
                granted to you there. Its images stay. To come back, one of its owners has to invite you.
              </p>
            </ConfirmDialog>
          </>
        );
      }}
    </Answer>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [displayName, setDisplayName] = useState("");
  const navigate = useNavigate();
  const make = useChange(client.namespaces.create, {
    stale: ["session"],
    done: "The organisation is made, and you are its owner.",
    onDone: async (made) => {
      onClose();
      await navigate({ to: "/n/$", params: { _splat: made.name } });
    },
    saysErrors: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ body: { name: name.trim().toLowerCase(), displayName: displayName.trim() } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {make.error !== null && <Notice tone="bad">{messageOf(make.error)}</Notice>}
      <TextField
        label="Name"
        hint="Begins the names of its images, such as acme in acme/api: lower-case letters and digits, joined by . _ or -."
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={64}
        required
        autoFocus
      />
      <TextField
        label="Displayed name (may be left out)"
        value={displayName}
        onChange={(event) => setDisplayName(event.target.value)}
        maxLength={100}
      />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={make.isPending}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}
