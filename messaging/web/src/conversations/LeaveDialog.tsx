import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { me, nameOf, titleOf } from "../people/store.ts";
import { Refused } from "../transport/http.ts";
import { depart, leaving } from "./running.ts";
import { loadMembers, members } from "./members.ts";

const ASK_AFTER_MS = 200;

const close = (): void => {
  dialog.value = null;
  leaving.value = null;
};

/** Before there is no way back, or when somebody has to take over. */
export function LeaveDialog(): JSX.Element | null {
  const current = leaving.value;
  const [needsSuccessor, setNeeds] = useState(current?.needsSuccessor === true);
  const [successor, setSuccessor] = useState("");
  const [error, setError] = useState("");
  const [filter, setFilter] = useState("");
  const id = useId();
  const conversationId = current?.conversation.id;
  useEffect(() => {
    if (!needsSuccessor || conversationId === undefined) return;
    const timer = setTimeout(() => void loadMembers(conversationId, filter.trim()), filter === "" ? 0 : ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [needsSuccessor, conversationId, filter]);
  if (current === null) return null;
  const { conversation } = current;
  const name = titleOf(conversation);
  // Not everybody of a large channel is there to choose from: the others are found by their names.
  const isFiltered = filter !== "" || members.value.next !== null;
  const others = members.value.conversationId === conversation.id ? members.value.items.filter((member) => member.user_id !== me.value?.id) : [];

  const submit = async (): Promise<void> => {
    try {
      await depart(conversation, successor === "" ? null : successor);
      close();
    } catch (refusal) {
      if (refusal instanceof Refused && refusal.problem?.code === "last_owner") setNeeds(true);
      else setError(explain(refusal));
    }
  };

  return (
    <Modal title={t("Leave {name}?", { name })} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {conversation.kind === "private" && <p>{t("This channel is private: only a member can add you again.")}</p>}
        {needsSuccessor && isFiltered && (
          <input
            class="input"
            type="search"
            aria-label={t("Filter members")}
            placeholder={t("Filter members")}
            value={filter}
            onInput={(event) => (setSuccessor(""), setFilter(event.currentTarget.value))}
            onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
          />
        )}
        {needsSuccessor && (
          <div class="field">
            <label for={id}>{t("You are its last owner. Who takes over?")}</label>
            <select id={id} class="input" required value={successor} onChange={(event) => setSuccessor(event.currentTarget.value)}>
              <option value="">{t("Choose a member")}</option>
              {others.map((member) => <option key={member.user_id} value={member.user_id}>{nameOf(member.user_id)}</option>)}
            </select>
          </div>
        )}
        {error !== "" && <p class="error" role="alert">{error}</p>}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button danger" disabled={needsSuccessor && successor === ""}>{t("Leave")}</button>
        </div>
      </form>
    </Modal>
  );
}
