/** Which groups of a directory or login provider make a team. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import type { PartProps } from "./team-details.tsx";

export function TeamGroups({ params, mayChange }: PartProps) {
  const groups = useRead(client.teams.getGroups, { params });
  return (
    <Section
      title="Groups"
      lead="Whoever is in one of these groups of a directory or login provider is in the team from their next sign-in on."
    >
      <Answer answer={groups} lines={1}>
        {(read) => (
          <GroupsForm
            key={JSON.stringify(read.groups)}
            params={params}
            mayChange={mayChange}
            initial={read.groups.map((it) => `${it.source} ${it.group}`).join("\n")}
          />
        )}
      </Answer>
    </Section>
  );
}

function GroupsForm({ params, mayChange, initial }: PartProps & { initial: string }) {
  const [text, setText] = useState(initial);
  const put = useChange(client.teams.putGroups, { done: "The groups are kept.", saysErrors: false });
  if (!mayChange) {
    return <p className="code text-sm whitespace-pre-wrap">{initial === "" ? "None." : initial}</p>;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lines = text.split("\n").filter((it) => it.trim() !== "");
    const groups = lines.map((line) => {
      const [source = "", ...group] = line.trim().split(" ");
      return { source, group: group.join(" ") };
    });
    put.mutate({ params, body: { groups } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col items-start gap-3">
      <TextArea
        label="One a line: the source, a space, the group as the source calls it"
        hint="Such as: ldap:corp cn=qa,ou=groups,dc=example,dc=org"
        error={put.error !== null && messageOf(put.error)}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="w-full"
        spellCheck={false}
      />
      <Button type="submit" isBusy={put.isPending} disabled={text === initial}>
        Keep the groups
      </Button>
    </form>
  );
}
