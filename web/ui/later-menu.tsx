/** The button of a menu whose code comes when somebody reaches for it: what stands on every page must not be heavy. */
import { type ComponentType, lazy, type ReactNode, Suspense, useMemo, useState } from "react";

type LaterMenuProps = {
  /** Of the button, for those who do not see it. */
  label: string;
  button: ReactNode;
  buttonClassName: string;
  /** Gives the menu itself, with the same button, open at first. */
  load: () => Promise<{ default: ComponentType }>;
};

export function LaterMenu({ label, button, buttonClassName, load }: LaterMenuProps) {
  const [isWanted, setWanted] = useState(false);
  const Whole = useMemo(() => lazy(load), [load]);
  const closed = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      title={label}
      className={buttonClassName}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      {button}
    </button>
  );
  return isWanted ? (
    <Suspense fallback={closed}>
      <Whole />
    </Suspense>
  ) : (
    closed
  );
}
