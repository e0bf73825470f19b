import type { JSX } from "preact";
import { dialog } from "../app/panel.ts";
import { t } from "../i18n/t.ts";
import { isGuest, isManager, me } from "../people/store.ts";

/** What somebody who is new does first. Below the list of channels, that list says itself where there are more. */
export function WelcomeActs({ isBelowList = false }: { isBelowList?: boolean }): JSX.Element {
  const role = me.value?.role;
  return (
    <p class="welcome-acts">
      {!isGuest(role) && <button type="button" class="button" onClick={() => (dialog.value = "create")}>{t("Create a channel")}</button>}
      {!isGuest(role) && !isBelowList && <button type="button" class="button" onClick={() => (dialog.value = "browse")}>{t("Browse channels")}</button>}
      <button type="button" class="button" onClick={() => (dialog.value = "direct")}>{t("Write to someone")}</button>
      {isManager(role) && <button type="button" class="button" onClick={() => (dialog.value = "invite")}>{t("Invite people")}</button>}
    </p>
  );
}
