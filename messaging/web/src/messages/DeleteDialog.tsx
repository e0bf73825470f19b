import type { JSX } from "preact";
import { route } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { remove } from "./actions.ts";
import { deleting } from "./focus.ts";
import { Markdown } from "./Markdown.tsx";
import { find, timelineOf } from "./store.ts";

/** Deleting is for everyone and for good, so it is asked first. */
export function DeleteDialog(): JSX.Element | null {
  const conversationId = route.value.conversationId;
  if (deleting.value === null || conversationId === null) return null;
  const message = find(timelineOf(conversationId).value, deleting.value);
  if (message === undefined) return null;
  const close = (): void => void (deleting.value = null);
  return (
    <Modal title={t("Delete this message?")} onClose={close}>
      <p>{t("It disappears for everyone here. That cannot be taken back.")}</p>
      <div class="quoted text"><Markdown text={message.text ?? ""} /></div>
      <div class="modal-foot">
        <button type="button" class="button" onClick={close}>{t("Keep it")}</button>
        <button
          type="button"
          class="button danger"
          autofocus
          onClick={() => {
            close();
            void remove(message);
          }}
        >
          {t("Delete")}
        </button>
      </div>
    </Modal>
  );
}
