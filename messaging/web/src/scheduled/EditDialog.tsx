import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Scheduled } from "../contract/types.ts";
import { zoneWords } from "../app/wall.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { decodeMentions, encodeMentions } from "../messages/mentions.ts";
import { names } from "../messages/plain.ts";
import { fieldOf, timeIn } from "../saved/times.ts";
import { change } from "./actions.ts";
import "../messages/lists.css";

/** Change the words and the time of a message that waits. */
export function EditDialog({ item, close }: { item: Scheduled; close: () => void }): JSX.Element {
  const [{ text: begun, mentions }] = useState(() => decodeMentions(item.text, names));
  const [text, setText] = useState(begun);
  const [own, setOwn] = useState(fieldOf(new Date(item.send_at)));
  const at = timeIn(own, new Date());
  const save = async (): Promise<void> => {
    if (at !== null && (await change(item.id, { text: encodeMentions(text.trim(), mentions), send_at: at.toISOString() }))) close();
  };
  return (
    <Modal title={t("Scheduled message")} onClose={close}>
      <form
        class="when-own"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label>
          {t("Message")}
          <textarea class="input" rows={6} dir="auto" value={text} required onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <label>
          {t("When to send it")}
          <input class="input" type="datetime-local" value={own} min={fieldOf(new Date())} required onInput={(event) => setOwn(event.currentTarget.value)} />
        </label>
        <p class="quiet">{at === null ? t("Choose a time in the future.") : zoneWords()}</p>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={at === null || text.trim() === ""}>{t("Save")}</button>
        </div>
      </form>
    </Modal>
  );
}
