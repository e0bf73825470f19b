import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { Id, User } from "../contract/types.ts";
import { membersOf } from "../conversations/members.ts";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { decodeMentions, encodeMentions } from "../messages/mentions.ts";
import { names } from "../messages/plain.ts";
import { Chosen } from "../people/Chosen.tsx";
import { PersonPicker } from "../people/PersonPicker.tsx";
import { me } from "../people/store.ts";
import { send } from "../messages/sending.ts";
import type { Desk } from "../messages/tools.ts";

const REMINDERS = [5, 15, 30, 60, 240, 1440];
const ENDS = [60, 240, 1440, 10080];

function lasting(minutes: number): string {
  const [value, unit] = minutes < 60 ? [minutes, "minute" as const] : minutes < 1440 ? [minutes / 60, "hour" as const] : [minutes / 1440, "day" as const];
  return new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

/** Send what was written as important or urgent, and ask for acknowledgement. */
export function PriorityDialog({ desk, close }: { desk: Desk; close: () => void }): JSX.Element {
  const id = useId();
  const [{ text: begun, mentions }] = useState(() => decodeMentions(desk.text(), names));
  const [text, setText] = useState(begun);
  const [level, setLevel] = useState<"important" | "urgent">("important");
  const [asks, setAsks] = useState(true);
  const [remind, setRemind] = useState(0);
  const [ends, setEnds] = useState(0);
  const [told, setTold] = useState<readonly User[]>([]);
  const escalates = asks && remind > 0;

  const submit = (): void => {
    const priority = {
      level,
      acknowledge: asks,
      remind_after_minutes: asks && remind > 0 ? remind : null,
      ...(escalates && told.length > 0 ? { escalate_to: told.map((user) => user.id) } : {}),
      expires_after_minutes: asks && ends > 0 ? ends : null,
    };
    send({ conversationId: desk.conversationId, threadId: desk.threadId, text: encodeMentions(text.trim(), mentions), alsoInConversation: desk.alsoInConversation, extras: { priority } });
    desk.clear();
    close();
  };

  return (
    <Modal title={t("Send with priority")} onClose={close}>
      <form class="modal-form" onSubmit={(event) => (event.preventDefault(), submit())}>
        <div class="field">
          <label for={`${id}-text`}>{t("Message")}</label>
          <textarea id={`${id}-text`} class="input" rows={3} dir="auto" required autofocus={text === ""} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </div>
        <fieldset class="choices">
          <legend>{t("Priority")}</legend>
          <label><input type="radio" name="level" checked={level === "important"} onChange={() => setLevel("important")} /> <span>{t("Important")}<small>{t("Marked, so that nobody overlooks it.")}</small></span></label>
          <label><input type="radio" name="level" checked={level === "urgent"} onChange={() => setLevel("urgent")} /> <span>{t("Urgent")}<small>{t("Marked, for what cannot wait.")}</small></span></label>
        </fieldset>
        <fieldset class="choices">
          <legend>{t("Acknowledgement")}</legend>
          <label><input type="checkbox" checked={asks} onChange={(event) => setAsks(event.currentTarget.checked)} /> <span>{t("Ask people to acknowledge")}<small>{t("Those you mention, or else everyone in this conversation.")}</small></span></label>
        </fieldset>
        {asks && (
          <div class="field-row">
            <Select id={`${id}-remind`} label={t("Remind those who have not")} none={t("Never")} choices={REMINDERS} value={remind} onChange={setRemind} />
            <Select id={`${id}-ends`} label={t("Can be acknowledged for")} none={t("Any time")} choices={ENDS} value={ends} onChange={setEnds} />
          </div>
        )}
        {escalates && <Told conversationId={desk.conversationId} users={told} onChange={setTold} />}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={text.trim() === ""}>{t("Send")}</button>
        </div>
      </form>
    </Modal>
  );
}

interface ToldProps {
  conversationId: Id;
  users: readonly User[];
  onChange: (users: readonly User[]) => void;
}

const MOST_TOLD = 10;

/** Who is told when the reminder was in vain: people of this conversation, else those who look after it. */
function Told({ conversationId, users, onChange }: ToldProps): JSX.Element {
  const [among, setAmong] = useState<ReadonlySet<Id>>();
  useEffect(() => void membersOf(conversationId).then(setAmong, () => undefined), [conversationId]);
  const excluded = new Set([...users.map((user) => user.id), me.value?.id ?? ""]);
  return (
    <>
      {users.length < MOST_TOLD && <PersonPicker isEnough label={t("If that is not enough, tell (optional)")} excluded={excluded} among={among} onPick={(user) => onChange([...users, user])} />}
      <Chosen users={users} onChange={onChange} />
      <p class="quiet">
        {users.length === 0
          ? t("If somebody still has not acknowledged after as long again, the channel’s owners are told.")
          : t("If somebody still has not acknowledged after as long again, these people are told.")}
      </p>
    </>
  );
}

interface SelectProps {
  id: string;
  label: string;
  none: string;
  choices: readonly number[];
  value: number;
  onChange: (minutes: number) => void;
}

function Select({ id, label, none, choices, value, onChange }: SelectProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} class="input" value={String(value)} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        <option value="0">{none}</option>
        {choices.map((minutes) => <option key={minutes} value={String(minutes)}>{lasting(minutes)}</option>)}
      </select>
    </div>
  );
}
