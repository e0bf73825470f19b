import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { dialog } from "../app/panel.ts";
import { explain } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { titleOf } from "../people/store.ts";
import { describe } from "./running.ts";
import type { Known } from "./store.ts";

const close = (): void => void (dialog.value = null);

/** Name, topic and purpose: to read for everyone, to change for those who may. */
export function DetailsDialog({ conversation }: { conversation: Known }): JSX.Element {
  const [name, setName] = useState(conversation.name ?? "");
  const [topic, setTopic] = useState(conversation.topic);
  const [purpose, setPurpose] = useState(conversation.purpose);
  const [error, setError] = useState("");
  const id = useId();
  const isFixed = !conversation.can.edit;

  const submit = async (): Promise<void> => {
    try {
      await describe(conversation.id, { name: name.trim(), topic: topic.trim(), purpose: purpose.trim() });
      close();
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <Modal title={isFixed ? t("About {name}", { name: titleOf(conversation) }) : t("Name and topic")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isFixed) void submit();
        }}
      >
        <div class="field">
          <label for={`${id}-name`}>{t("Name")}</label>
          <input id={`${id}-name`} class="input" required maxLength={80} readOnly={isFixed} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </div>
        <div class="field">
          <label for={`${id}-topic`}>{t("Topic")}</label>
          <input id={`${id}-topic`} class="input" maxLength={250} readOnly={isFixed} value={topic} onInput={(event) => setTopic(event.currentTarget.value)} />
        </div>
        <div class="field">
          <label for={`${id}-purpose`}>{t("What is it for?")}</label>
          <textarea id={`${id}-purpose`} class="input" rows={3} maxLength={250} readOnly={isFixed} value={purpose} onInput={(event) => setPurpose(event.currentTarget.value)} />
        </div>
        {error !== "" && <p class="error" role="alert">{error}</p>}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{isFixed ? t("Close") : t("Cancel")}</button>
          {!isFixed && <button type="submit" class="button primary">{t("Save")}</button>}
        </div>
      </form>
    </Modal>
  );
}
