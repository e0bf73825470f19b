import { computed, signal } from "@preact/signals";
import type { Me } from "../contract/types.ts";
import { useZone } from "../app/text.ts";

export type Preferences = Me["preferences"];
export type Theme = Preferences["theme"];

const YEAR_S = 31_536_000;
const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

const systemIsDark = signal(dark.matches);
dark.addEventListener("change", () => (systemIsDark.value = dark.matches));

/** The theme as it was chosen; the server has written it into the page. */
export const theme = signal<Theme>((root.dataset["theme"] as Theme | undefined) ?? "system");

/** Whether what is seen is dark. */
export const isDark = computed(() => theme.value === "dark" || (theme.value === "system" && systemIsDark.value));

/** Draw the page as its person wants it. The cookie carries the theme to the pages before sign-in. */
export function draw({ preferences, time_zone: zone }: Pick<Me, "preferences" | "time_zone">): void {
  theme.value = preferences.theme;
  root.dataset["theme"] = preferences.theme;
  root.dataset["density"] = preferences.density;
  root.dataset["text"] = preferences.text_size;
  useZone(preferences.auto_time_zone ? undefined : zone);
  const secure = location.protocol === "https:" ? "; secure" : "";
  const age = preferences.theme === "system" ? 0 : YEAR_S;
  document.cookie = `theme=${preferences.theme}; path=/; max-age=${age}; samesite=lax${secure}`;
}
