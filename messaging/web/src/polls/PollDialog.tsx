import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { IconButton } from "../design/IconButton.tsx";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { decodeMentions, encodeMentions } from "../messages/mentions.ts";
import { names } from "../messages/plain.ts";
import { send } from "../messages/sending.ts";
import type { Desk } from "../messages/tools.ts";

const MOST = 20;
const LONGEST = 120;

/** Ask a question with answers to choose from. */
export function PollDialog({ desk, close }: { desk: Desk; close: () => void }): JSX.Element {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [{ text: begun, mentions }] = useState(() => decodeMentions(desk.text(), names));
  const [question, setQuestion] = useState(begun);
  const [options, setOptions] = useState<readonly string[]>(["", ""]);
  const [multiple, setMultiple] = useState(false);
  const [anonymous, setAnonymous] = useState(false);
  const [closesAfter, setClosesAfter] = useState(0);

  const given = options.map((option) => option.trim()).filter((option) => option !== "");
  const isTwice = new Set(given.map((option) => option.toLocaleLowerCase())).size < given.length;
  const canSend = question.trim() !== "" && given.length >= 2 && !isTwice;
  const put = (index: number, value: string): void => setOptions(options.map((option, at) => (at === index ? value : option)));
  const add = (): void => {
    setOptions([...options, ""]);
    requestAnimationFrame(() => form.current?.querySelector<HTMLInputElement>(".poll-answers li:last-child input")?.focus());
  };
  const drop = (index: number): void => {
    setOptions(options.filter((_option, at) => at !== index));
    form.current?.querySelector<HTMLInputElement>(".poll-answers input")?.focus();
  };
  const submit = (): void => {
    const poll = { options: given, multiple, anonymous, closes_after_minutes: closesAfter > 0 ? closesAfter : null };
    send({ conversationId: desk.conversationId, threadId: desk.threadId, text: encodeMentions(question.trim(), mentions), alsoInConversation: desk.alsoInConversation, extras: { poll } });
    desk.clear();
    close();
  };

  return (
    <Modal title={t("Ask with a poll")} onClose={close}>
      <form ref={form} class="modal-form" onSubmit={(event) => (event.preventDefault(), canSend && submit())}>
        <div class="field">
          <label for={`${id}-question`}>{t("Question")}</label>
          <textarea id={`${id}-question`} class="input" rows={2} dir="auto" required autofocus value={question} onInput={(event) => setQuestion(event.currentTarget.value)} />
        </div>
        <div class="field">
          <span id={`${id}-answers`}>{t("Answers")}</span>
          <ol class="poll-answers" aria-labelledby={`${id}-answers`}>
            {options.map((option, index) => (
              <li key={index}>
                <input class="input" dir="auto" maxLength={LONGEST} aria-label={t("Answer {number}", { number: index + 1 })} value={option} onInput={(event) => put(index, event.currentTarget.value)} />
                {options.length > 2 && <IconButton icon="close" label={t("Remove answer {number}", { number: index + 1 })} onClick={() => drop(index)} />}
              </li>
            ))}
          </ol>
          {isTwice && <p class="error" role="alert">{t("Each answer must differ from the others.")}</p>}
          {options.length < MOST && <button type="button" class="button small" onClick={add}>{t("Add an answer")}</button>}
        </div>
        <fieldset class="choices">
          <legend>{t("Rules")}</legend>
          <label><input type="checkbox" checked={multiple} onChange={(event) => setMultiple(event.currentTarget.checked)} /> <span>{t("Several answers allowed")}</span></label>
          <label><input type="checkbox" checked={anonymous} onChange={(event) => setAnonymous(event.currentTarget.checked)} /> <span>{t("Anonymous")}<small>{t("Nobody, you included, sees who chose what.")}</small></span></label>
        </fieldset>
        <div class="field">
          <label for={`${id}-closes`}>{t("Open for")}</label>
          <select id={`${id}-closes`} class="input" value={String(closesAfter)} onChange={(event) => setClosesAfter(Number(event.currentTarget.value))}>
            <option value="0">{t("No time limit")}</option>
            <option value="60">{t("One hour")}</option>
            <option value="1440">{t("One day")}</option>
            <option value="10080">{t("One week")}</option>
          </select>
        </div>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={!canSend}>{t("Send the poll")}</button>
        </div>
      </form>
    </Modal>
  );
}
