/** Backup codes: shown once when they are made, to be kept on paper; how many are left; new ones. */
import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useChange } from "../../data/query.ts";
import { useProven } from "../../parts/proof.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { plural } from "../../ui/format.ts";
import { Card, Section } from "../../ui/page.tsx";

const FEW = 3;

type BackupCodesProps = { left: number; onCodes: (codes: readonly string[]) => void };

export function BackupCodes({ left, onCodes }: BackupCodesProps) {
  const [isReplacing, setReplacing] = useState(false);
  const replace = useChange(useProven(client.factors.replaceBackupCodes), {
    onDone: ({ backupCodes }) => {
      setReplacing(false);
      onCodes(backupCodes);
    },
  });
  return (
    <Section
      title="Backup codes"
      lead="For the day on which the phone is lost. Each signs in once, after the password."
    >
      <Card className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex items-center gap-2 text-sm">
          <Badge tone={left === 0 ? "bad" : left <= FEW ? "warn" : "good"}>{plural(left, "code")}</Badge> left
        </p>
        <Button onClick={() => setReplacing(true)}>Make new ones</Button>
      </Card>
      <ConfirmDialog
        isOpen={isReplacing}
        onClose={() => setReplacing(false)}
        title="Make new backup codes?"
        action="Make new ones"
        isBusy={replace.isPending}
        onConfirm={() => replace.mutate(undefined)}
      >
        <p>The {plural(left, "code")} that you have now stop working at once. The new ones are shown this once.</p>
      </ConfirmDialog>
    </Section>
  );
}

type NewCodesProps = { codes: readonly string[]; onKept: () => void };

/** They stand on the page and in no dialog, which a stray key would close. */
export function NewBackupCodes({ codes, onKept }: NewCodesProps) {
  const me = useMe();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const text = `${codes.join("\n")}\n`;
  return (
    <section className="flex flex-col gap-3 rounded-lg border border-accent bg-surface p-4">
      <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold">
        Keep these backup codes
      </h2>
      <p className="max-w-prose text-sm">
        They are shown this once. Print them, or put them into a password manager: without the phone they are the way
        in, and each works once.
      </p>
      <ul
        aria-label="Backup codes"
        className="code grid max-w-md grid-cols-1 gap-x-8 gap-y-1 rounded-md bg-sunken p-3 sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <CopyButton text={text} label="Copy all codes" />
        <Button onClick={() => download(`${location.host} ${me?.name ?? ""}\n\n${text}`)}>
          <Download size={16} aria-hidden="true" /> Download
        </Button>
        <Button kind="primary" onClick={onKept}>
          I have kept them
        </Button>
      </div>
    </section>
  );
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "berth-backup-codes.txt";
  link.click();
  URL.revokeObjectURL(url);
}
