import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Conversation } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { titleOf } from "../people/store.ts";
import { describe, type Rules } from "./running.ts";
import { responseWords } from "./response.ts";
import type { Known } from "./store.ts";

const close = (): void => void (dialog.value = null);

const SPEAKERS = (): readonly [Conversation["posting"], string][] => [
  ["everyone", t("Every member")],
  ["owners", t("Owners and admins")],
  ["named", t("Owners and the members they name")],
];
const HISTORIES = (): readonly [Conversation["history"], string][] => [
  ["all", t("Everything")],
  ["joined", t("Only messages from then on")],
  ["days", t("Some days before they join")],
];
const MINUTES = [15, 30, 60, 120, 240, 480, 1440, 2880, 7200] as const;
const DEFAULT_DAYS = 7;

/** Who speaks, what later members read, how soon it answers, when it is looked at again. */
export function RulesDialog({ conversation }: { conversation: Known }): JSX.Element {
  const { posting, replying, history, history_days, response_minutes, review_on } = conversation;
  const [rules, setRules] = useState<Required<Rules>>({ posting, replying, history, history_days, response_minutes, review_on });
  const [error, setError] = useState("");
  const isFixed = !conversation.can.manage || conversation.archived_at !== null;
  const set = (change: Rules): void => setRules({ ...rules, ...change });

  const submit = async (): Promise<void> => {
    try {
      const { history_days: days, ...others } = rules;
      await describe(conversation.id, rules.history === "days" ? { ...others, history_days: days ?? DEFAULT_DAYS } : others);
      close();
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <Modal title={t("Rules of {name}", { name: titleOf(conversation) })} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isFixed) void submit();
        }}
      >
        <Choice label={t("Who posts")} value={rules.posting} options={SPEAKERS()} disabled={isFixed} onPick={(value) => set({ posting: value })} hint={t("If not every member may post, it is an announcement channel. Everyone can still react.")} />
        <Choice label={t("Who replies in threads")} value={rules.replying} options={SPEAKERS()} disabled={isFixed} onPick={(value) => set({ replying: value })} />
        <Choice label={t("What those who join later can read")} value={rules.history} options={HISTORIES()} disabled={isFixed} onPick={(value) => set({ history: value })} />
        {rules.history === "days" && <Days value={rules.history_days ?? DEFAULT_DAYS} disabled={isFixed} onPick={(days) => set({ history_days: days })} />}
        <Choice
          label={t("Expected response time")}
          value={String(rules.response_minutes ?? "")}
          options={[["", t("Not specified")], ...minutesWith(rules.response_minutes).map((minutes): [string, string] => [String(minutes), responseWords(minutes)])]}
          disabled={isFixed}
          onPick={(value) => set({ response_minutes: value === "" ? null : Number(value) })}
          hint={t("Shown below the message field to everyone who writes here.")}
        />
        <Review value={rules.review_on} disabled={isFixed} onPick={(day) => set({ review_on: day })} />
        {error !== "" && <p class="error" role="alert">{error}</p>}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{isFixed ? t("Close") : t("Cancel")}</button>
          {!isFixed && <button type="submit" class="button primary">{t("Save")}</button>}
        </div>
      </form>
    </Modal>
  );
}

function minutesWith(own: number | null): readonly number[] {
  return own === null || (MINUTES as readonly number[]).includes(own) ? MINUTES : [...MINUTES, own].sort((a, b) => a - b);
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  disabled: boolean;
  onPick: (value: T) => void;
  hint?: string;
}

function Choice<T extends string>({ label, value, options, disabled, onPick, hint }: ChoiceProps<T>): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} class="input" disabled={disabled} value={value} aria-describedby={hint === undefined ? undefined : `${id}-hint`} onChange={(event) => onPick(event.currentTarget.value as T)}>
        {options.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
      </select>
      {hint !== undefined && <p id={`${id}-hint`} class="hint">{hint}</p>}
    </div>
  );
}

function Days({ value, disabled, onPick }: { value: number; disabled: boolean; onPick: (days: number) => void }): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t("How many days before")}</label>
      <input id={id} class="input" type="number" min={1} max={3650} required disabled={disabled} value={value} onInput={(event) => onPick(event.currentTarget.valueAsNumber)} />
    </div>
  );
}

function Review({ value, disabled, onPick }: { value: string | null; disabled: boolean; onPick: (day: string | null) => void }): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t("Review on")} <span class="quiet">{t("(optional)")}</span></label>
      <input id={id} class="input" type="date" disabled={disabled} value={value ?? ""} aria-describedby={`${id}-hint`} onChange={(event) => onPick(event.currentTarget.value || null)} />
      <p id={`${id}-hint`} class="hint">{t("It is not archived for inactivity before that day.")}</p>
    </div>
  );
}
