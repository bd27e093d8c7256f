/** A password that was made up: shown this once. */
import { Command } from "../../../ui/copy.tsx";
import { Notice } from "../../../ui/notice.tsx";

/** `password`: null where the administrator chose it. */
export function MadePassword({ name, password }: { name: string; password: string | null }) {
  if (password === null) return <p className="text-sm">{name} signs in with the password that you chose.</p>;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm">Give this password to {name} over a way that others do not read.</p>
      <Command text={password} label="Copy the password" />
      <Notice tone="warn">It is not shown again. They can change it in their settings.</Notice>
    </div>
  );
}
