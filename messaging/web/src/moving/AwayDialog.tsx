import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Id, Message } from "../contract/types.ts";
import { t, tn } from "../i18n/t.ts";
import { ChooseConversation } from "../conversations/Choose.tsx";
import { Modal } from "../design/Modal.tsx";
import { mayMoveAway, viewerOf } from "../messages/menu.ts";
import { gistOf } from "../messages/plain.ts";
import { timelineOf } from "../messages/store.ts";
import { nameOf } from "../people/store.ts";
import { moveAway } from "./away.ts";
import "../messages/lists.css";

const MOST_SHOWN = 30;

/** The messages that follow where this one stands, in the history or in its thread, and that may be moved. */
function following(message: Message): Message[] {
  const { roots, threads } = timelineOf(message.conversation_id).value;
  const beside = message.thread_id === null ? roots.filter((other) => other.thread_id === null) : (threads.get(message.thread_id)?.replies ?? []).filter((other) => other.thread_id === message.thread_id);
  return beside.filter((other) => other.seq > message.seq && mayMoveAway(other, viewerOf(other, false))).slice(0, MOST_SHOWN);
}

const said = (message: Message): string => gistOf(message, 160);

/** Choose the conversation that messages belong to, and which of those that follow go along. */
export function AwayDialog({ message, close }: { message: Message; close: () => void }): JSX.Element {
  const [chosen, setChosen] = useState<Id | null>(null);
  const [also, setAlso] = useState<ReadonlySet<Id>>(new Set());
  const [isMoving, setMoving] = useState(false);
  const more = following(message);

  const toggle = (id: Id): void => {
    const next = new Set(also);
    if (!next.delete(id)) next.add(id);
    setAlso(next);
  };
  const move = async (): Promise<void> => {
    if (chosen === null) return;
    setMoving(true);
    if (await moveAway([message.id, ...also], chosen)) close();
    else setMoving(false);
  };

  return (
    <Modal title={t("Move to another conversation")} onClose={close}>
      <form
        class="when-own"
        onSubmit={(event) => {
          event.preventDefault();
          void move();
        }}
      >
        <blockquote class="forward-quote" dir="auto">
          <bdi class="name">{nameOf(message.author_id)}</bdi>
          <span>{said(message)}</span>
        </blockquote>
        <ChooseConversation legend={t("Conversation to move to")} without={message.conversation_id} chosen={chosen} onChoose={setChosen} />
        {more.length > 0 && (
          <details class="move-more">
            <summary>{also.size === 0 ? t("Move more messages along") : tn("{count} more moves along", "{count} more move along", also.size)}</summary>
            <fieldset class="forward-to">
              <legend class="visually-hidden">{t("Messages that move along")}</legend>
              {more.map((other) => (
                <label key={other.id} class="forward-choice">
                  <input type="checkbox" checked={also.has(other.id)} onChange={() => toggle(other.id)} />
                  <span class="move-choice"><bdi class="name">{nameOf(other.author_id)}</bdi> <span dir="auto">{said(other)}</span></span>
                </label>
              ))}
            </fieldset>
          </details>
        )}
        <p class="quiet">{t("Replies move along. From then on, only people who can read the other conversation can read it. Both conversations say that it was moved.")}</p>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={chosen === null || isMoving}>{t("Move")}</button>
        </div>
      </form>
    </Modal>
  );
}
