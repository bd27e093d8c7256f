/** How the menu of colours looks closed. */
import { SunMoon } from "lucide-react";

export const THEME_BUTTON = {
  label: "Colours",
  buttonClassName: "inline-flex size-9 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink",
  button: <SunMoon size={18} aria-hidden="true" />,
};
