import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Id, Message } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { navigate } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { ChooseConversation } from "../conversations/Choose.tsx";
import { conversations } from "../conversations/store.ts";
import { Modal } from "../design/Modal.tsx";
import { toast } from "../design/toast.ts";
import { placeOfMessage } from "../messages/links.ts";
import { gistOf } from "../messages/plain.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { ask } from "../transport/http.ts";
import { newKey } from "../transport/key.ts";
import "../messages/lists.css";

/** Pass a message on to another conversation, with a word of one's own. */
export function ForwardDialog({ message, close }: { message: Message; close: () => void }): JSX.Element {
  const [chosen, setChosen] = useState<Id | null>(null);
  const [comment, setComment] = useState("");
  const [isSending, setSending] = useState(false);
  const [key] = useState(newKey);
  const target = chosen === null ? undefined : conversations.value.byId.get(chosen);

  const send = async (): Promise<void> => {
    if (target === undefined) return;
    setSending(true);
    try {
      const made = await ask<Message>("POST", `/conversations/${target.id}/messages`, { text: comment.trim(), key, forward_of: message.id });
      close();
      toast(t("Forwarded to {name}.", { name: titleOf(target) }), "plain", { label: t("Show"), run: () => navigate(placeOfMessage(made)) });
    } catch (error) {
      setSending(false);
      complain(error);
    }
  };

  return (
    <Modal title={t("Forward this message")} onClose={close}>
      <form
        class="when-own"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <ChooseConversation legend={t("Conversation to forward to")} chosen={chosen} onChoose={setChosen} />
        <label>
          {t("Add a comment (optional)")}
          <textarea class="input" rows={2} dir="auto" value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
        </label>
        <blockquote class="forward-quote" dir="auto">
          <bdi class="name">{nameOf(message.author_id)}</bdi>
          <span>{gistOf(message, 300)}</span>
        </blockquote>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={target === undefined || isSending}>{t("Forward")}</button>
        </div>
      </form>
    </Modal>
  );
}
