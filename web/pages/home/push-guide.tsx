/** Commands for this host and this person, client by client; says so when the first push arrives. */
import { useState } from "react";
import { useInstance, useMe, useSession } from "../../data/me.ts";
import { classes } from "../../ui/classes.ts";
import { Command } from "../../ui/copy.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Card } from "../../ui/page.tsx";
import { Loading } from "../../ui/states.tsx";
import { clientGuides } from "./client-commands.ts";
import { PushWatch } from "./push-watch.tsx";

/** What may stand in a command without being more than a name there. */
const NAME = /^[a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*$/;
const IMAGE = /^[\w][\w.:/@-]{0,254}$/;

/** Who pushes is unknown: they put their own name there. */
const SOMEBODY = "NAME";

export function PushGuide({ namespace }: { namespace?: string | undefined }) {
  const me = useMe();
  const instance = useInstance();
  const session = useSession();
  const [id, setId] = useState("docker");
  const [wanted, setWanted] = useState(namespace);
  const [name, setName] = useState("hello");
  const [local, setLocal] = useState("hello-world");
  if (instance === undefined || me === undefined) return <Loading lines={6} />;

  const own = me === null ? [] : (session?.namespaces.map((it) => it.name) ?? [me.name]);
  // An administrator may push where they are no member: the address named it.
  const choices = me === null || namespace === undefined || own.includes(namespace) ? own : [...own, namespace];
  const chosen = choices.find((it) => it === wanted) ?? me?.name ?? null;
  const isOpen = me === null && instance.isOpen;
  const prefix = isOpen ? "" : `${chosen ?? SOMEBODY}/`;
  const guides = clientGuides({
    host: instance.host,
    url: instance.url,
    isPlain: !instance.url.startsWith("https:"),
    account: isOpen ? null : (me?.name ?? SOMEBODY),
    repository: prefix + (NAME.test(name) ? name : "hello"),
    local: IMAGE.test(local) ? local : "hello-world",
    robot: `${chosen ?? SOMEBODY}.ci`,
  });
  const guide = guides.find((it) => it.id === id) ?? guides[0];
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-3">
        {choices.length > 1 && (
          <SelectField label="Into" value={chosen ?? ""} onChange={(event) => setWanted(event.target.value)}>
            {choices.map((it) => (
              <option key={it} value={it}>
                {it}
              </option>
            ))}
          </SelectField>
        )}
        <TextField
          label="Name of the repository"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={!NAME.test(name) && "Lower-case letters and digits, joined by . _ - or /"}
          maxLength={200}
          spellCheck={false}
        />
        <TextField
          label="Image that you have"
          value={local}
          onChange={(event) => setLocal(event.target.value)}
          error={!IMAGE.test(local) && "A name as docker images shows it, such as hello-world"}
          maxLength={255}
          spellCheck={false}
        />
      </div>
      <div role="group" aria-label="Client" className="flex flex-wrap gap-1">
        {guides.map((it) => (
          <button
            key={it.id}
            type="button"
            aria-pressed={it.id === id}
            onClick={() => setId(it.id)}
            className={classes(
              "rounded-md border px-3 py-1.5 text-sm",
              it.id === id
                ? "border-accent bg-accent-tint text-accent"
                : "border-line-strong bg-surface hover:bg-hover",
            )}
          >
            {it.name}
          </button>
        ))}
      </div>
      <Card className="flex flex-col gap-4">
        {guide?.steps.map(({ title, text }) => (
          <div key={title} className="flex flex-col gap-1">
            <p className="text-sm font-medium">{title}</p>
            <Command text={text} label={`Copy: ${title}`} />
          </div>
        ))}
      </Card>
      {(isOpen || me !== null) && <PushWatch key={chosen} namespace={chosen ?? undefined} />}
    </div>
  );
}
