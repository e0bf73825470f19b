import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Id, Message } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { gist, gistOf } from "../messages/plain.ts";
import { timelineOf } from "../messages/store.ts";
import { nameOf } from "../people/store.ts";
import { move } from "./actions.ts";
import "../messages/lists.css";

const MOST_SHOWN = 12;

/** The messages of the loaded history that a thread can hang on, those said last first. */
function choices(message: Message, query: string): Message[] {
  const wanted = query.trim().toLocaleLowerCase();
  const roots = timelineOf(message.conversation_id).value.roots.filter(
    (root) => root.kind === "text" && root.thread_id === null && root.deleted_at === null && root.id !== message.id && root.id !== message.thread_id,
  );
  return roots.filter((root) => gist(`${nameOf(root.author_id)} ${root.text ?? ""}`).toLocaleLowerCase().includes(wanted)).slice(-MOST_SHOWN).reverse();
}

/** Choose the message whose thread another one belongs to. */
export function MoveDialog({ message, close }: { message: Message; close: () => void }): JSX.Element {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<Id | null>(null);
  const offered = choices(message, query);
  return (
    <Modal title={t("Move to a thread")} onClose={close}>
      <form
        class="when-own"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen === null) return;
          close();
          void move(message, chosen);
        }}
      >
        <label>
          {t("Thread of the message")}
          <input class="input" type="search" autofocus placeholder={t("Search the messages above")} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        </label>
        <fieldset class="forward-to">
          <legend class="visually-hidden">{t("Message whose thread it belongs to")}</legend>
          {offered.map((root) => (
            <label key={root.id} class="forward-choice">
              <input type="radio" name="move-to" value={root.id} checked={chosen === root.id} onChange={() => setChosen(root.id)} />
              <span class="move-choice"><bdi class="name">{nameOf(root.author_id)}</bdi> <span dir="auto">{gistOf(root, 160)}</span></span>
            </label>
          ))}
          {offered.length === 0 && <p class="quiet">{t("None of the loaded messages matches. Scroll to the one you are looking for first.")}</p>}
        </fieldset>
        <p class="quiet">{t("Its replies move along. The conversation says that it was moved.")}</p>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={chosen === null}>{t("Move")}</button>
        </div>
      </form>
    </Modal>
  );
}
