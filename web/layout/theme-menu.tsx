/** Light, dark, or as the system has it. */
import { LaterMenu } from "../ui/later-menu.tsx";
import { THEME_BUTTON } from "./theme-button.tsx";

const loadItems = async () => ({ default: (await import("./theme-items.tsx")).ThemeItems });

export function ThemeMenu() {
  return <LaterMenu {...THEME_BUTTON} load={loadItems} />;
}
