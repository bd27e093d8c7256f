/** Text that is there to be taken along: commands, digests, new tokens. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";

const SAID_MS = 1_500;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <IconButton label={isCopied ? "Copied" : label} onClick={() => void copyText(text).then(setCopied)}>
      {isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
    </IconButton>
  );
}

/** One or more lines for a terminal, or a file. */
export function Command({ text, label = "Copy the command" }: { text: string; label?: string }) {
  return (
    <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-0.5 pl-3 pr-0.5">
      <pre tabIndex={0} aria-label={text} className="code min-w-0 grow overflow-x-auto py-2 text-sm">
        {text}
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}

/** A digest: its beginning, all of it as a hint and to copy. */
export function Digest({ digest, isLong = false }: { digest: string; isLong?: boolean }) {
  const at = digest.indexOf(":");
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <span className="code truncate text-soft" title={digest}>
        {isLong ? digest : digest.slice(at + 1, at + 13)}
      </span>
      <CopyButton text={digest} label={`Copy the digest ${digest.slice(at + 1, at + 13)}`} />
    </span>
  );
}

/** False where it could not: over plain HTTP from elsewhere browsers keep the clipboard to themselves. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  try {
    // The only way without a secure context.
    // oxlint-disable-next-line typescript/no-deprecated
    return document.execCommand("copy");
  } finally {
    area.remove();
  }
}
