import { h, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Id, Scheduled } from "../contract/types.ts";
import { openOverlay } from "../app/overlay.ts";
import { panel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { moment } from "../app/text.ts";
import { isElsewhere, zoneWords } from "../app/wall.ts";
import { t } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { Panel } from "../design/Panel.tsx";
import { toast } from "../design/toast.ts";
import { drafts, EMPTY, keepDraft, placeIn, type Draft } from "../messages/drafts.ts";
import { gist } from "../messages/plain.ts";
import { titleOf } from "../people/store.ts";
import { cancel, loadScheduled, sendNow } from "../scheduled/actions.ts";
import { failedCount, scheduled } from "../scheduled/store.ts";
import "../messages/lists.css";

const NARROW = 900;

/** What was begun and not sent, and what waits for its time. */
export function DraftsPanel(): JSX.Element {
  const [showsScheduled, setShowsScheduled] = useState(failedCount.peek() > 0);
  useEffect(() => void loadScheduled(), []);
  return (
    <Panel title={t("Drafts and scheduled")} onClose={() => (panel.value = null)}>
      <div class="panel-tabs" role="group" aria-label={t("Which to show")}>
        <button type="button" aria-pressed={!showsScheduled} onClick={() => setShowsScheduled(false)}>{t("Drafts")}</button>
        <button type="button" aria-pressed={showsScheduled} onClick={() => setShowsScheduled(true)}>{t("Scheduled")}</button>
      </div>
      <div class="panel-body">{showsScheduled ? <ScheduledList /> : <DraftList />}</div>
    </Panel>
  );
}

function open(conversationId: Id, threadId: Id | null): void {
  if (innerWidth < NARROW) panel.value = null;
  navigate({ conversationId, threadId });
}

function placeName(conversationId: Id, threadId: Id | null): string {
  const conversation = conversations.value.byId.get(conversationId);
  if (conversation === undefined) return t("A place you are no longer in");
  const name = titleOf(conversation);
  return threadId === null ? name : t("Thread in {name}", { name });
}

function DraftList(): JSX.Element {
  const items = [...drafts.value].reverse();
  if (items.length === 0) return <p class="quiet empty">{t("No drafts. What you begin to write is kept here and on your other devices.")}</p>;
  return (
    <ul class="excerpts" aria-label={t("Drafts")}>
      {items.map(([place, draft]) => <li key={place}><DraftEntry place={place} draft={draft} /></li>)}
    </ul>
  );
}

function DraftEntry({ place, draft }: { place: string; draft: Draft }): JSX.Element {
  const { conversationId, threadId } = placeIn(place);
  const discard = (): void => {
    keepDraft(place, EMPTY);
    toast(t("The draft was discarded."), "plain", { label: t("Undo"), run: () => keepDraft(place, draft) });
  };
  return (
    <div class="excerpt">
      <button type="button" class="hit" onClick={() => open(conversationId, threadId)}>
        <span class="hit-head"><bdi class="name">{placeName(conversationId, threadId)}</bdi></span>
        <span class="hit-text" dir="auto">{draft.text.slice(0, 600)}</span>
      </button>
      <div class="excerpt-acts">
        <button type="button" class="button small" onClick={() => open(conversationId, threadId)}>{t("Keep writing")}</button>
        <button type="button" class="button small" onClick={discard}>{t("Discard")}</button>
      </div>
    </div>
  );
}

function ScheduledList(): JSX.Element {
  if (scheduled.value.length === 0) return <p class="quiet empty">{t("Nothing is scheduled. Write a message and press “Send later”.")}</p>;
  return (
    <>
      {isElsewhere() && <p class="quiet panel-note">{zoneWords()}</p>}
      <ul class="excerpts" aria-label={t("Scheduled messages")}>
        {scheduled.value.map((item) => <li key={item.id}><ScheduledEntry item={item} /></li>)}
      </ul>
    </>
  );
}

function edit(item: Scheduled): void {
  void openOverlay(async () => {
    const { EditDialog } = await import("../scheduled/EditDialog.tsx");
    return (close) => h(EditDialog, { item, close });
  });
}

function ScheduledEntry({ item }: { item: Scheduled }): JSX.Element {
  const note = item.failure === null ? moment(item.send_at) : failureWords(item.failure);
  return (
    <div class="excerpt" data-scheduled={item.id}>
      <button type="button" class="hit" onClick={() => edit(item)}>
        <span class={`excerpt-note ${item.failure === null ? "" : "due"}`}>{note}</span>
        <span class="hit-head"><bdi class="name">{placeName(item.conversation_id, item.thread_id)}</bdi></span>
        <span class="hit-text" dir="auto">{gist(item.text.slice(0, 600))}</span>
      </button>
      <div class="excerpt-acts">
        <button type="button" class="button small" onClick={() => void sendNow(item)}>{t("Send now")}</button>
        <button type="button" class="button small" onClick={() => edit(item)}>{t("Edit")}</button>
        <button type="button" class="button small" onClick={() => void cancel(item)}>{t("Cancel it")}</button>
      </div>
    </div>
  );
}

function failureWords(failure: string): string {
  if (failure === "lost_right") return t("Not sent: you can no longer write there.");
  if (failure === "no_thread") return t("Not sent: the thread no longer exists.");
  return t("Not sent: it was refused when its time came. Change it or choose another time.");
}
