/** A button that opens a list of things to do. */
import { Menu as Base } from "@base-ui/react/menu";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { classes } from "./classes.ts";

const ITEM =
  "flex w-full items-center gap-2 rounded-sm px-3 py-1.5 text-left text-sm outline-none data-highlighted:bg-hover data-disabled:text-soft";

type MenuProps = {
  label: string;
  button: ReactNode;
  buttonClassName: string;
  isOpenAtFirst?: boolean;
  children: ReactNode;
};

/** `label`: of the button, for those who do not see it. */
export function Menu({ label, button, buttonClassName, isOpenAtFirst = false, children }: MenuProps) {
  return (
    <Base.Root modal={false} defaultOpen={isOpenAtFirst}>
      <Base.Trigger aria-label={label} title={label} className={buttonClassName}>
        {button}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="end" className="z-50">
          <Base.Popup className="min-w-44 rounded-md border border-line bg-surface p-1 shadow-overlay outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type MenuItemProps = { onSelect: () => void; isDangerous?: boolean; isDisabled?: boolean; children: ReactNode };

export function MenuItem({ onSelect, isDangerous = false, isDisabled = false, children }: MenuItemProps) {
  return (
    <Base.Item className={classes(ITEM, isDangerous && "text-bad")} onClick={onSelect} disabled={isDisabled}>
      {children}
    </Base.Item>
  );
}

export function MenuLink({ children, ...link }: LinkProps & { children: ReactNode }) {
  return (
    <Base.Item className={ITEM} render={<Link {...link} />}>
      {children}
    </Base.Item>
  );
}

export function MenuLine() {
  return <Base.Separator className="my-1 border-t border-line" />;
}
