import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Modal } from "../design/Modal.tsx";
import { timeAt, wallAt } from "../app/wall.ts";
import { t } from "../i18n/t.ts";
import { EmojiView } from "../reactions/EmojiView.tsx";
import { openPicker } from "../reactions/picker.ts";
import { mine, setStatus } from "./actions.ts";

const HOUR = 3_600_000;

interface Until {
  id: string;
  label: () => string;
  at: () => Date | null;
}

function endOf(days: number): Date {
  const today = wallAt(new Date());
  return new Date(timeAt({ ...today, day: today.day + days + 1, hour: 0, minute: 0 }).getTime() - 1_000);
}

const UNTIL: readonly Until[] = [
  { id: "open", label: () => t("Until I change it"), at: () => null },
  { id: "half", label: () => t("30 minutes"), at: () => new Date(Date.now() + HOUR / 2) },
  { id: "hour", label: () => t("One hour"), at: () => new Date(Date.now() + HOUR) },
  { id: "four", label: () => t("Four hours"), at: () => new Date(Date.now() + 4 * HOUR) },
  { id: "today", label: () => t("Today"), at: () => endOf(0) },
  { id: "week", label: () => t("This week"), at: () => endOf(7 - (wallAt(new Date()).weekday || 7)) },
];

interface Ready {
  emoji: string;
  text: () => string;
  until: string;
}

const READY: readonly Ready[] = [
  { emoji: "📅", text: () => t("In a meeting"), until: "hour" },
  { emoji: "🍽️", text: () => t("At lunch"), until: "hour" },
  { emoji: "🏠", text: () => t("Working from home"), until: "today" },
  { emoji: "🤒", text: () => t("Out sick"), until: "today" },
  { emoji: "🌴", text: () => t("On holiday"), until: "week" },
];

/** Say something of oneself for a while, and whether one may be disturbed. */
export function StatusDialog({ close }: { close: () => void }): JSX.Element {
  const id = useId();
  const before = mine();
  const [emoji, setEmoji] = useState(before.emoji);
  const [text, setText] = useState(before.text);
  const [until, setUntil] = useState("open");
  const [quiet, setQuiet] = useState(before.dnd_until === null ? "" : "keep");

  const save = async (status: Parameters<typeof setStatus>[0]): Promise<void> => {
    if (await setStatus(status)) close();
  };
  const submit = (): void => {
    const ends = UNTIL.find((one) => one.id === until)?.at() ?? null;
    const quietEnds = quiet === "keep" ? before.dnd_until : (UNTIL.find((one) => one.id === quiet)?.at()?.toISOString() ?? null);
    const says = emoji !== "" || text.trim() !== "";
    void save({ emoji, text: text.trim(), expires_at: says && ends !== null ? ends.toISOString() : null, dnd_until: quietEnds });
  };

  return (
    <Modal title={t("Your status")} onClose={close}>
      <form class="modal-form" onSubmit={(event) => (event.preventDefault(), submit())}>
        <div class="field">
          <label for={`${id}-text`}>{t("What should others know?")}</label>
          <div class="status-line">
            <button type="button" class="icon-button emoji" aria-label={emoji === "" ? t("Choose an emoji") : t("Emoji: {emoji}", { emoji })} onClick={(event) => openPicker(event.currentTarget, setEmoji)}>
              {emoji === "" ? "🙂" : <EmojiView value={emoji} />}
            </button>
            <input id={`${id}-text`} class="input" dir="auto" maxLength={100} autofocus value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </div>
        </div>
        <ul class="status-ready" aria-label={t("Suggestions")}>
          {READY.map((ready) => (
            <li key={ready.emoji}><button type="button" class="button small" onClick={() => (setEmoji(ready.emoji), setText(ready.text()), setUntil(ready.until))}>{ready.emoji} {ready.text()}</button></li>
          ))}
        </ul>
        <div class="field-row">
          <div class="field">
            <label for={`${id}-until`}>{t("For how long")}</label>
            <select id={`${id}-until`} class="input" value={until} onChange={(event) => setUntil(event.currentTarget.value)}>
              {UNTIL.map((one) => <option key={one.id} value={one.id}>{one.label()}</option>)}
            </select>
          </div>
          <div class="field">
            <label for={`${id}-quiet`}>{t("Do not disturb")}</label>
            <select id={`${id}-quiet`} class="input" value={quiet} onChange={(event) => setQuiet(event.currentTarget.value)}>
              <option value="">{t("No")}</option>
              {before.dnd_until !== null && <option value="keep">{t("Unchanged")}</option>}
              {UNTIL.slice(1).map((one) => <option key={one.id} value={one.id}>{one.label()}</option>)}
            </select>
          </div>
        </div>
        <div class="modal-foot">
          <button type="button" class="button" onClick={() => void save({ emoji: "", text: "", expires_at: null, dnd_until: null })}>{t("Clear")}</button>
          <button type="submit" class="button primary">{t("Save")}</button>
        </div>
      </form>
    </Modal>
  );
}
