import type { JSX } from "preact";
import { dialog } from "../app/panel.ts";
import { setSingleKeys, singleKeys } from "../app/shortcuts.ts";
import { t } from "../i18n/t.ts";

/** Which keys are in force on this device. */
export function KeyboardSection(): JSX.Element {
  return (
    <div class="settings-form">
      <fieldset class="choices">
        <legend>{t("Shortcuts on this device")}</legend>
        <label>
          <input type="checkbox" checked={singleKeys.value} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />
          <span>{t("Single keys work outside text fields")}<small>{t("Switch them off if you control your computer by voice.")}</small></span>
        </label>
      </fieldset>
      <p><button type="button" class="button" onClick={() => (dialog.value = "shortcuts")}>{t("Show all keyboard shortcuts")}</button></p>
    </div>
  );
}
