/**
 * Short words about what was just done. They go by themselves, but not while somebody points at them or works in them; nothing that
 * must be read is said here alone. Written here, as it is on every page and a library's has twenty times the size.
 */
import { X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { classes } from "./classes.ts";

/** What can be done about it while it stands there; elsewhere too, as it goes by itself. */
export type ToastAction = { label: string; onSelect: () => void };
export type Toaster = { say: (text: string, action?: ToastAction) => void; fail: (text: string) => void };

type Toast = { id: number; text: string; isError: boolean; action: ToastAction | null; lastsMs: number };

const SAID_MS = 6_000;
const ACTION_MS = 20_000;
const ERROR_MS = 12_000;
const SHOWN = 4;

const Context = createContext<Toaster>({ say: () => undefined, fail: () => undefined });

export function useToast(): Toaster {
  return useContext(Context);
}

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const lastId = useRef(0);
  const add = useCallback((toast: Omit<Toast, "id">) => {
    lastId.current += 1;
    const id = lastId.current;
    setToasts((before) => [...before.slice(1 - SHOWN), { ...toast, id }]);
  }, []);
  const remove = useCallback((id: number) => setToasts((before) => before.filter((it) => it.id !== id)), []);
  const toaster = useMemo(
    () => ({
      say: (text: string, action?: ToastAction) =>
        add({ text, isError: false, action: action ?? null, lastsMs: action === undefined ? SAID_MS : ACTION_MS }),
      fail: (text: string) => add({ text, isError: true, action: null, lastsMs: ERROR_MS }),
    }),
    [add],
  );
  return (
    <Context value={toaster}>
      {children}
      {/* There from the beginning: what comes into it is read out. */}
      <section
        aria-label="Notices"
        aria-live="polite"
        className="fixed bottom-4 right-4 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2"
      >
        {toasts.map((it) => (
          <ToastBox key={it.id} toast={it} onClose={() => remove(it.id)} />
        ))}
      </section>
    </Context>
  );
}

function ToastBox({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const { text, isError, action, lastsMs } = toast;
  const [isHeld, setHeld] = useState(false);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => close.current(), lastsMs);
    return () => clearTimeout(timer);
  }, [isHeld, lastsMs]);
  return (
    <div
      role={isError ? "alert" : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={classes(
        "flex items-start justify-between gap-2 rounded-md border border-line bg-surface py-2 pl-4 pr-2 text-sm shadow-overlay",
        isError && "border-bad",
      )}
    >
      <p className={classes("grow py-2", isError && "text-bad")}>{text}</p>
      {action !== null && (
        <Button
          className="my-0.5 shrink-0"
          onClick={() => {
            onClose();
            action.onSelect();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" onClick={onClose}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
