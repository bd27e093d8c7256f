/** Light, dark, or as the system has it. */
import { Check, SunMoon } from "lucide-react";
import { useState } from "react";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { chooseTheme, chosenTheme, THEMES } from "./theme.ts";

const NAMES = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function ThemeMenu() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Menu
      label="Colours"
      button={<SunMoon size={18} aria-hidden="true" />}
      buttonClassName="inline-flex size-9 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
    >
      {THEMES.map((it) => (
        <MenuItem
          key={it}
          onSelect={() => {
            chooseTheme(it);
            setTheme(it);
          }}
        >
          <span className="grow">{NAMES[it]}</span>
          {it === theme && <Check size={16} aria-label="chosen" />}
        </MenuItem>
      ))}
    </Menu>
  );
}
