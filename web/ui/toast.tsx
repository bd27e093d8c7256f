/** Short words about what was just done. They go by themselves; nothing that must be read is said here alone. */
import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { buttonClasses, IconButton } from "./button.tsx";
import { classes } from "./classes.ts";

export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Base.Provider timeout={6_000}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed bottom-4 right-4 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function List() {
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      // It counts as a dialog, which has to have a name.
      aria-label={toast.type === "error" ? "Error" : "Done"}
      className={classes(
        "flex items-start justify-between gap-2 rounded-md border border-line bg-surface py-2 pl-4 pr-2 text-sm shadow-overlay",
        toast.type === "error" && "border-bad",
      )}
    >
      <Base.Description className={classes("grow py-2", toast.type === "error" && "text-bad")} />
      {toast.actionProps !== undefined && <Base.Action className={buttonClasses("plain", "my-0.5 shrink-0")} />}
      <Base.Close render={<IconButton label="Dismiss" />}>
        <X size={16} aria-hidden="true" />
      </Base.Close>
    </Base.Root>
  ));
}

/** What can be done about it while it stands there; elsewhere too, as it goes by itself. */
export type ToastAction = { label: string; onSelect: () => void };
export type Toaster = { say: (text: string, action?: ToastAction) => void; fail: (text: string) => void };

const ACTION_MS = 20_000;

export function useToast(): Toaster {
  const { add, close } = Base.useToastManager();
  return useMemo(
    () => ({
      say: (text: string, action?: ToastAction) => {
        if (action === undefined) {
          add({ description: text });
          return;
        }
        const onClick = () => {
          close(id);
          action.onSelect();
        };
        const id = add({ description: text, timeout: ACTION_MS, actionProps: { children: action.label, onClick } });
      },
      fail: (text: string) => void add({ description: text, type: "error", priority: "high", timeout: 12_000 }),
    }),
    [add, close],
  );
}
