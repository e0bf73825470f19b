import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Saved } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { moment, shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { Excerpt } from "../messages/Excerpt.tsx";
import { Waiting } from "../priority/Waiting.tsx";
import { askWhen, drop, keep, loadDone, loadLater } from "./actions.ts";
import { isDue, isOpen, later, listed } from "./store.ts";

/** What the person keeps for later, and what they wanted to be reminded of. */
export function LaterPanel(): JSX.Element {
  const [showsDone, setShowsDone] = useState(false);
  useEffect(() => void (showsDone ? loadDone() : loadLater()), [showsDone]);
  return (
    <Panel title={t("Later")} onClose={() => (panel.value = null)}>
      <div class="panel-tabs" role="group" aria-label={t("Which to show")}>
        <button type="button" aria-pressed={!showsDone} onClick={() => setShowsDone(false)}>{t("Open")}</button>
        <button type="button" aria-pressed={showsDone} onClick={() => setShowsDone(true)}>{t("Done")}</button>
      </div>
      <div class="panel-body">{!showsDone && <Waiting />}<List showsDone={showsDone} /></div>
    </Panel>
  );
}

function List({ showsDone }: { showsDone: boolean }): JSX.Element {
  const items = listed(later.value, showsDone ? (item) => !isOpen(item) : isOpen);
  if (later.value.status === "error") return <LoadError words={t("Your list could not be loaded.")} onRetry={() => void loadLater()} />;
  if (items.length === 0) {
    return <p class="quiet empty">{showsDone ? t("Nothing done yet.") : t("Nothing saved for later. Use a message’s menu to save it or to set a reminder.")}</p>;
  }
  return (
    <ul class="excerpts" aria-label={showsDone ? t("Done") : t("Kept for later")}>
      {items.map((item) => <li key={item.message_id}><Entry item={item} /></li>)}
    </ul>
  );
}

function Entry({ item }: { item: Saved }): JSX.Element {
  const acts = (
    <>
      <button type="button" class="button small" onClick={() => void keep(item.message_id, { done: isOpen(item) })}>{isOpen(item) ? t("Done") : t("Open again")}</button>
      {isOpen(item) && item.message !== null && <button type="button" class="button small" onClick={() => askWhen(item.message_id)}>{t("Remind me…")}</button>}
      <button type="button" class="button small" onClick={() => void drop(item.message_id)}>{t("Remove")}</button>
    </>
  );
  if (item.message === null) {
    return (
      <div class="excerpt">
        <p class="excerpt-gone">{t("This message is no longer available to you.")}</p>
        <div class="excerpt-acts">{acts}</div>
      </div>
    );
  }
  return <Excerpt message={item.message} showPlace note={<Note item={item} />}>{acts}</Excerpt>;
}

function Note({ item }: { item: Saved }): JSX.Element | null {
  if (isDue(item) && item.remind_at !== null) return <span class="excerpt-note due">{t("Reminder of {when}", { when: shortWhen(item.remind_at) })}</span>;
  if (item.remind_at !== null && item.reminded_at === null) return <span title={moment(item.remind_at)}>{t("Reminder on {when}", { when: moment(item.remind_at) })}</span>;
  return <>{t("Saved {when}", { when: shortWhen(item.saved_at) })}</>;
}
