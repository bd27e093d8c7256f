/** What stands above a page until it is answered. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { classes } from "./classes.ts";
import { TextField } from "./field.tsx";

type DialogProps = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  isWide?: boolean;
};

export function Dialog({ isOpen, onClose, title, children, isWide = false }: DialogProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[rgb(8_14_18/0.5)]" />
        <Base.Popup
          className={classes(
            "fixed left-1/2 top-[8vh] z-50 flex max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-lg border border-line bg-surface shadow-overlay",
            isWide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <div className="flex items-center justify-between gap-4 border-b border-line py-3 pl-5 pr-3">
            <Base.Title className="text-lg font-semibold">{title}</Base.Title>
            <IconButton label="Close" onClick={onClose}>
              <X size={18} aria-hidden="true" />
            </IconButton>
          </div>
          <div className="overflow-y-auto p-5">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The last line of a dialog: what it does, and the way out. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}

type ConfirmProps = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What exactly goes, and how it can be undone. */
  children: ReactNode;
  action: string;
  isBusy?: boolean;
  /** Has to be typed first, for what is large or cannot be undone. */
  typed?: string;
  onConfirm: () => void;
};

export function ConfirmDialog({
  isOpen,
  onClose,
  title,
  children,
  action,
  isBusy = false,
  typed,
  onConfirm,
}: ConfirmProps) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm();
  };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="flex flex-col gap-2 text-sm">{children}</div>
        {typed !== undefined && (
          <TextField
            label={
              <>
                Type <span className="code">{typed}</span> to go on
              </>
            }
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" isBusy={isBusy} disabled={typed !== undefined && text !== typed}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
