import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Id } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { navigate } from "../app/route.ts";
import { Modal } from "../design/Modal.tsx";
import { timeAt } from "../app/wall.ts";
import { fieldOf } from "../saved/times.ts";
import { t } from "../i18n/t.ts";
import { ask, withQuery } from "../transport/http.ts";

interface Props {
  conversationId: Id;
  close: () => void;
}

const A_DAY_MS = 86_400_000;

/** A day by the person's clock; the field gives and takes it as 2026-03-09. */
const daysAgo = (days: number): string => fieldOf(new Date(Date.now() - days * A_DAY_MS)).slice(0, 10);

/** To what was said on a day, however long ago: the history is opened there, not scrolled to. */
export function DateDialog({ conversationId, close }: Props): JSX.Element {
  const [day, setDay] = useState(daysAgo(7));
  const [error, setError] = useState("");
  const id = useId();

  const go = async (to: string): Promise<void> => {
    try {
      const [year, month, day] = to.split("-").map(Number);
      const at = timeAt({ year: year ?? NaN, month: month ?? NaN, day: day ?? NaN, hour: 0, minute: 0 }).toISOString();
      const { seq } = await ask<{ seq: number | null }>("GET", withQuery(`/conversations/${conversationId}/place`, { at }));
      close();
      if (seq !== null) navigate({ conversationId, at: seq });
    } catch (refusal) {
      setError(refusal instanceof RangeError ? t("Choose a day.") : explain(refusal));
    }
  };

  return (
    <Modal title={t("Jump to a date")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void go(day);
        }}
      >
        <p class="welcome-acts">
          <button type="button" class="button small" onClick={() => void go(daysAgo(1))}>{t("Yesterday")}</button>
          <button type="button" class="button small" onClick={() => void go(daysAgo(7))}>{t("A week ago")}</button>
          <button type="button" class="button small" onClick={() => void go(daysAgo(30))}>{t("A month ago")}</button>
          <button type="button" class="button small" onClick={() => void go("1970-01-02")}>{t("The very beginning")}</button>
        </p>
        <div class="field">
          <label for={id}>{t("Day")}</label>
          <input id={id} class="input" type="date" autofocus required max={daysAgo(0)} value={day} onInput={(event) => setDay(event.currentTarget.value)} />
        </div>
        {error !== "" && <p class="error" role="alert">{error}</p>}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary">{t("Go there")}</button>
        </div>
      </form>
    </Modal>
  );
}
