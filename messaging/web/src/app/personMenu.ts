import { complain } from "./failure.ts";
import type { IconName } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";
import { statusOf } from "../status/store.ts";
import { me } from "../people/store.ts";
import { isDark } from "../settings/look.ts";
import { toggleDark } from "../settings/actions.ts";
import { signOut } from "../transport/session.ts";
import { openMenu } from "../design/menu.ts";
import { keyNames } from "./keys.ts";
import { dialog } from "./panel.ts";

/** What a person does about themselves. Features add a line to the table below. */
export interface PersonAction {
  id: string;
  label: () => string;
  icon: () => IconName;
  keys?: string;
  /** Neighbours of one group stand together. */
  group?: number;
  shown?: () => boolean;
  run: () => void;
}

export const PERSON_ACTIONS: readonly PersonAction[] = [
  { id: "status", label: () => t("Set a status…"), icon: () => "smile", run: () => void import("../status/actions.ts").then(({ openStatus }) => openStatus()).catch(complain) },
  { id: "quiet", label: () => (statusOf(me.value?.id ?? null)?.dnd_until != null ? t("Turn off “Do not disturb”") : t("Do not disturb for an hour")), icon: () => "bell", run: () => void import("../status/actions.ts").then(({ toggleQuiet }) => toggleQuiet()).catch(complain) },
  { id: "settings", group: 1, label: () => t("Settings"), icon: () => "gear", keys: "Ctrl ,", run: () => void (dialog.value = "settings") },
  { id: "shortcuts", group: 1, label: () => t("Keyboard shortcuts"), icon: () => "keyboard", keys: "?", run: () => void (dialog.value = "shortcuts") },
  { id: "theme", group: 1, label: () => (isDark.value ? t("Switch to light") : t("Switch to dark")), icon: () => (isDark.value ? "sun" : "moon"), keys: "Shift D", run: toggleDark },
  { id: "account", group: 1, label: () => t("Sign-in and security"), icon: () => "lock", run: () => location.assign("/accounts/2fa/") },
  { id: "invite", group: 2, label: () => t("Invite people"), icon: () => "plus", shown: () => me.value?.permissions.includes("people.invite") ?? false, run: () => void (dialog.value = "invite") },
  { id: "console", group: 2, label: () => t("Organisation console"), icon: () => "sliders", shown: () => me.value?.permissions.includes("console.open") ?? false, run: () => location.assign("/admin/") },
  { id: "sign-out", group: 3, label: () => t("Sign out"), icon: () => "out", run: () => void signOut() },
];

/** Show the person's own menu. */
export function openPersonMenu(anchor: Element): void {
  const items = PERSON_ACTIONS.filter(({ shown }) => shown?.() ?? true);
  openMenu(anchor, t("You"), items.map(({ id, label, icon, keys, group, run }) => ({ id, group, label: label(), icon: icon(), hint: keys === undefined ? undefined : keyNames(keys), run })));
}
