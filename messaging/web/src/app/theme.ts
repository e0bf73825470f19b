import { signal } from "@preact/signals";

export type Theme = "light" | "dark";

const YEAR_S = 31_536_000;
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  const theme = document.documentElement.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : null;
}

/** The theme in force: the person's choice, else the system's. */
export const theme = signal<Theme>(chosen() ?? (dark.matches ? "dark" : "light"));

dark.addEventListener("change", () => {
  if (chosen() === null) theme.value = dark.matches ? "dark" : "light";
});

/** Switch, and keep the choice in a cookie: the server writes it into the page, so that nothing flashes. */
export function toggleTheme(): void {
  theme.value = theme.peek() === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = theme.peek();
  document.cookie = `theme=${theme.peek()}; path=/; max-age=${YEAR_S}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
