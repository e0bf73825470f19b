import type { IconName } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";
import { isManager, me } from "../people/store.ts";
import { isDark } from "../settings/look.ts";
import { toggleDark } from "../settings/actions.ts";
import { signOut } from "../transport/session.ts";
import { dialog } from "./panel.ts";

/** What a person does about themselves. Features add a line to the table below. */
export interface PersonAction {
  id: string;
  label: () => string;
  icon: () => IconName;
  keys?: string;
  shown?: () => boolean;
  run: () => void;
}

export const PERSON_ACTIONS: readonly PersonAction[] = [
  { id: "settings", label: () => t("Settings"), icon: () => "gear", keys: "Ctrl ,", run: () => void (dialog.value = "settings") },
  { id: "shortcuts", label: () => t("Keyboard shortcuts"), icon: () => "keyboard", keys: "?", run: () => void (dialog.value = "shortcuts") },
  { id: "theme", label: () => (isDark.value ? t("Switch to light") : t("Switch to dark")), icon: () => (isDark.value ? "sun" : "moon"), keys: "Shift D", run: toggleDark },
  { id: "console", label: () => t("Console of the organisation"), icon: () => "sliders", shown: () => isManager(me.value?.role), run: () => location.assign("/admin/") },
  { id: "sign-out", label: () => t("Sign out"), icon: () => "out", run: () => void signOut() },
];
