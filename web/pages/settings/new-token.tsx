/** A token that was just made, with its text this once; on the page and in no dialog, which a stray key would close. */
import { useEffect, useRef } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";

export type Made = Awaited<ReturnType<typeof client.accountTokens.create>>;

export function NewToken({ made, onDone }: { made: Made; onDone: () => void }) {
  const me = useMe();
  const instance = useRead(client.instance.get, undefined).data;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const host = instance?.host ?? location.host;
  return (
    <section className="flex flex-col gap-3 rounded-lg border border-accent bg-surface p-4">
      <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold break-words">
        Copy the token “{made.token.name}”
      </h2>
      <p className="text-sm">It is shown this once, and kept nowhere.</p>
      <Command text={made.text} label="Copy the token" />
      <p className="text-sm">To log in with it, paste it when this asks for the password:</p>
      <Command text={`docker login ${host} -u ${me?.name ?? "NAME"}`} />
      <Button kind="primary" className="self-start" onClick={onDone}>
        I have copied it
      </Button>
    </section>
  );
}
