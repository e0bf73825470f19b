import { t } from "../i18n/t.ts";

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** What is printed on the keys differs between languages: Ctrl is Strg on a German keyboard. */
const printed = (): Record<string, string> => ({
  Alt: t("Alt"),
  Ctrl: isMac() ? "⌘" : t("Ctrl"),
  Del: t("Del"),
  Enter: t("Enter"),
  Esc: t("Esc"),
  Shift: t("Shift"),
});

/** A combination, such as `Ctrl Shift K`, as it is printed on this person's keys. */
export function keyNames(keys: string): string {
  const names = printed();
  return keys.split(" ").map((key) => names[key] ?? key).join(" ");
}
