/** The line that gets it, for the client that the person chooses. */
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Command } from "../../ui/copy.tsx";
import { pullCommands } from "./pull-commands.ts";

type PullCommandBoxProps = { repository: string; reference: string; kind: string };

export function PullCommandBox({ repository, reference, kind }: PullCommandBoxProps) {
  const place = usePullPlace();
  const [chosen, setChosen] = useState<string | null>(null);
  if (place === undefined) return null;
  const commands = pullCommands({ ...place, repository, reference, kind });
  const command = commands.find(({ id }) => id === chosen) ?? commands[0];
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label className="flex items-center justify-between gap-2 text-xs text-soft">
        Get it with
        <select
          value={command.id}
          onChange={(event) => setChosen(event.target.value)}
          className="rounded-sm bg-transparent py-0.5 pl-1 text-xs font-medium text-ink"
        >
          {commands.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Command text={command.text} label="Copy the pull command" />
    </div>
  );
}

/** Where images of this registry are pulled from; undefined while it is being asked. */
export function usePullPlace(): { host: string; isPlain: boolean } | undefined {
  const instance = useRead(client.instance.get, undefined).data;
  return instance && { host: instance.host, isPlain: !instance.url.startsWith("https:") };
}
