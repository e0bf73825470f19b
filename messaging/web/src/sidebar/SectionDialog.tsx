import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { naming } from "./actions.ts";
import { createSection, renameSection } from "./sections.ts";

const close = (): void => void (dialog.value = null);

/** The name of a section, new or known. */
export function SectionDialog(): JSX.Element {
  const { section, taking } = naming.value;
  const [name, setName] = useState(section?.name ?? "");
  const [error, setError] = useState("");
  const id = useId();

  const submit = async (): Promise<void> => {
    try {
      if (section === null) await createSection(name.trim(), taking);
      else await renameSection(section.id, name.trim());
      close();
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <Modal title={section === null ? t("New section") : t("Rename section")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div class="field">
          <label for={id}>{t("Name")}</label>
          <input id={id} class="input" required maxLength={80} autofocus autocomplete="off" value={name} aria-invalid={error !== ""} aria-describedby={error === "" ? undefined : `${id}-error`} onInput={(event) => setName(event.currentTarget.value)} />
          {error !== "" && <p id={`${id}-error`} class="error" role="alert">{error}</p>}
          <p class="hint">{t("Only you see your sections.")}</p>
        </div>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={name.trim() === ""}>{section === null ? t("Create section") : t("Save")}</button>
        </div>
      </form>
    </Modal>
  );
}
