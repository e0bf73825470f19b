import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { convert } from "./running.ts";
import type { Known } from "./store.ts";

const close = (): void => void (dialog.value = null);

/** A group message gets a name and becomes a private channel. */
export function ConvertDialog({ conversation }: { conversation: Known }): JSX.Element {
  const [name, setName] = useState("");
  const [error, setError] = useState("");
  const id = useId();

  const submit = async (): Promise<void> => {
    try {
      await convert(conversation.id, name.trim());
      close();
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <Modal title={t("Turn into a private channel")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{t("The same people and all messages stay. You become its owner, and people can be added.")}</p>
        <div class="field">
          <label for={id}>{t("Name")}</label>
          <input id={id} class="input" required maxLength={80} autofocus autocomplete="off" value={name} aria-invalid={error !== ""} aria-describedby={error === "" ? undefined : `${id}-error`} onInput={(event) => setName(event.currentTarget.value)} />
          {error !== "" && <p id={`${id}-error`} class="error" role="alert">{error}</p>}
        </div>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={name.trim() === ""}>{t("Create the channel")}</button>
        </div>
      </form>
    </Modal>
  );
}
