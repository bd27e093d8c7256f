/** The choice of colours, in its menu. */
import { Check } from "lucide-react";
import { useState } from "react";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { THEME_BUTTON } from "./theme-button.tsx";
import { chooseTheme, chosenTheme, THEMES } from "./theme.ts";

const NAMES = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function ThemeItems() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Menu {...THEME_BUTTON} isOpenAtFirst>
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
