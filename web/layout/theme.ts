/** Light or dark: as the system has it, unless the person chose. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "berth-theme";

export function chosenTheme(): Theme {
  try {
    const chosen = localStorage.getItem(KEY);
    return THEMES.find((it) => it === chosen) ?? "system";
  } catch {
    // A browser may forbid storage; the system's theme is a good one.
    return "system";
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is left.
  }
}
