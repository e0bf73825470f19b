import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { moment, nearMoment } from "../app/text.ts";
import { zoneWords } from "../app/wall.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { fieldOf, presets, timeIn } from "./times.ts";
import "../messages/lists.css";

interface Props {
  title: string;
  /** What the button of one's own time says. */
  confirm: string;
  onChoose: (at: Date) => void;
  close: () => void;
  /** The time that stands now, when it is being changed. */
  current?: Date;
}

/** Choose a time: a usual one at a press, or one's own. */
export function WhenDialog({ title, confirm, onChoose, close, current }: Props): JSX.Element {
  const [now] = useState(() => new Date());
  const offered = presets(now);
  const [own, setOwn] = useState(fieldOf(current ?? offered[3]?.at ?? now));
  const at = timeIn(own, new Date());
  const choose = (time: Date): void => {
    close();
    onChoose(time);
  };
  return (
    <Modal title={title} onClose={close}>
      <div class="when-presets">
        {offered.map((preset) => (
          <button key={preset.id} type="button" data-when={preset.id} onClick={() => choose(preset.at)}>
            {preset.label} <small title={moment(preset.at.toISOString())}>{nearMoment(preset.at.toISOString())}</small>
          </button>
        ))}
      </div>
      <form
        class="when-own"
        onSubmit={(event) => {
          event.preventDefault();
          if (at !== null) choose(at);
        }}
      >
        <label>
          {t("Custom time")}
          <input class="input" type="datetime-local" value={own} min={fieldOf(now)} required onInput={(event) => setOwn(event.currentTarget.value)} />
        </label>
        <p class="quiet">{at === null ? t("Choose a time in the future.") : zoneWords()}</p>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={at === null}>{confirm}</button>
        </div>
      </form>
    </Modal>
  );
}
