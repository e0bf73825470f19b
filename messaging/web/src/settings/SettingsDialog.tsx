import type { JSX } from "preact";
import { dialog } from "../app/panel.ts";
import { Icon } from "../design/Icon.tsx";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { SECTIONS } from "./sections.ts";
import { section as chosen } from "./store.ts";
import "./settings.css";

/** A person's own settings: sections on the left, on a phone above; the table in `sections.ts` names them. */
export function SettingsDialog(): JSX.Element {
  const section = SECTIONS.find(({ id }) => id === chosen.value) ?? SECTIONS[0];
  return (
    <Modal title={t("Settings")} onClose={() => (dialog.value = null)} wide>
      <div class="settings">
        <nav class="settings-sections" aria-label={t("Settings sections")}>
          {SECTIONS.map(({ id, label, icon }) => (
            <button key={id} type="button" class="settings-section" data-section={id} aria-current={id === section?.id ? "true" : undefined} onClick={() => (chosen.value = id)}>
              <Icon name={icon} size={18} />
              <span>{label()}</span>
            </button>
          ))}
        </nav>
        <section class="settings-page" aria-label={section?.label()} tabIndex={0}>
          {section !== undefined && <section.Page key={section.id} />}
        </section>
      </div>
    </Modal>
  );
}
