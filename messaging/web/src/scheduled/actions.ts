import { h } from "preact";
import type { Id, Page, Scheduled } from "../contract/types.ts";
import { complain, passOver } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { openPanel } from "../app/panel.ts";
import { moment } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";
import { owe } from "../live/owed.ts";
import { readSteadily } from "../live/steady.ts";
import type { Desk } from "../messages/tools.ts";
import { whenDialog } from "../saved/actions.ts";
import { act, actOnce } from "../transport/acts.ts";
import { ask } from "../transport/http.ts";
import { scheduled, withScheduled } from "./store.ts";

/** Read what waits. */
export async function loadScheduled(): Promise<boolean> {
  try {
    scheduled.value = (await readSteadily(scheduled, () => ask<Page<Scheduled>>("GET", "/me/scheduled"))).items;
    return true;
  } catch (error) {
    passOver(error);
    return false;
  }
}

/** It was sent, or called off. */
export const scheduledGone = (id: Id): void => void (scheduled.value = scheduled.peek().filter((item) => item.id !== id));

/** Its time came and it was not sent. */
export function scheduledFailed(): void {
  owe("scheduled", loadScheduled);
  toast(t("A scheduled message could not be sent. It has been kept for you."), "danger", { label: t("Show"), run: showScheduled });
}

const showScheduled = (): void => openPanel("drafts");

/** Ask when to send what stands in a composer. */
export function sendLater(desk: Desk): void {
  const text = desk.text();
  if (text === "") {
    toast(t("Write the message first, then choose when to send it."));
    return;
  }
  void openOverlay(async () => {
    const { WhenDialog } = await whenDialog();
    return (close) => h(WhenDialog, { title: t("Send later"), confirm: t("Send then"), onChoose: (at: Date) => void schedule(desk, text, at), close });
  });
}

async function schedule(desk: Desk, text: string, at: Date): Promise<void> {
  const thread = desk.threadId === null ? {} : { thread_id: desk.threadId, also_in_conversation: desk.alsoInConversation };
  try {
    const body = { text, send_at: at.toISOString(), ...thread };
    const item = await actOnce<Scheduled>(`/conversations/${desk.conversationId}/scheduled`, body);
    scheduled.value = withScheduled(scheduled.peek(), item);
    desk.clear();
    toast(t("It will be sent on {when}.", { when: moment(item.send_at) }), "plain", { label: t("Show"), run: showScheduled });
  } catch (error) {
    complain(error, () => schedule(desk, text, at));
  }
}

/** Change what is to be sent, or when. True when the server took it. */
export async function change(id: Id, wish: { text?: string; send_at?: string }): Promise<boolean> {
  try {
    scheduled.value = withScheduled(scheduled.peek(), await act<Scheduled>("PATCH", `/scheduled/${id}`, wish));
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Call it off; it can be taken back while the toast stands, as a new entry of the same words. */
export async function cancel(item: Scheduled): Promise<void> {
  try {
    await act("DELETE", `/scheduled/${item.id}`);
    scheduledGone(item.id);
    toast(t("The message was cancelled."), "plain", { label: t("Undo"), run: () => void restore(item) });
  } catch (error) {
    complain(error, () => cancel(item));
  }
}

async function restore(cancelled: Scheduled): Promise<void> {
  const { conversation_id, text, send_at, thread_id, also_in_conversation } = cancelled;
  const thread = thread_id === null ? {} : { thread_id, also_in_conversation };
  try {
    const item = await actOnce<Scheduled>(`/conversations/${conversation_id}/scheduled`, { text, send_at, ...thread });
    scheduled.value = withScheduled(scheduled.peek(), item);
  } catch (error) {
    complain(error, () => restore(cancelled));
  }
}

/** Send it now. */
export async function sendNow(item: Scheduled): Promise<void> {
  try {
    await actOnce(`/scheduled/${item.id}/send`);
    scheduledGone(item.id);
  } catch (error) {
    complain(error, () => sendNow(item));
  }
}
