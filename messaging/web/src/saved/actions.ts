import { h } from "preact";
import type { Id, Message, Saved } from "../contract/types.ts";
import { complain, passOver } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { openPanel } from "../app/panel.ts";
import { moment } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { ahead } from "../design/ahead.ts";
import { toast } from "../design/toast.ts";
import { owe } from "../live/owed.ts";
import { readSteadily } from "../live/steady.ts";
import { plain } from "../messages/plain.ts";
import { actionIn } from "../messages/system.ts";
import { nameOf } from "../people/store.ts";
import { act } from "../transport/acts.ts";
import { ask, askAll, Refused } from "../transport/http.ts";
import { isOpen, isSaved, later, withAll, withItem, withoutItem } from "./store.ts";

const MOST = 1_000;

/** Read the list; it is small, and marks messages wherever they are drawn. */
export async function loadLater(): Promise<boolean> {
  try {
    const open = await readSteadily(later, () => askAll<Saved>("/me/saved?limit=200", MOST));
    const done = [...later.peek().byId.values()].filter((item) => item.done_at !== null);
    later.value = withAll(later.peek(), [...done, ...open]);
    return true;
  } catch (error) {
    passOver(error);
    if (later.peek().status !== "ready") later.value = { ...later.peek(), status: "error" };
    return false;
  }
}

/** Read the latest of what is done. */
export async function loadDone(): Promise<void> {
  try {
    const items = await readSteadily(later, () => askAll<Saved>("/me/saved?state=done&limit=50", 50));
    for (const item of items) later.value = withItem(later.peek(), item);
  } catch (error) {
    passOver(error);
  }
}

/** Another device changed an entry, or this one did. */
export const entryChanged = (messageId: Id): void => owe(`saved ${messageId}`, () => readEntry(messageId));

/** The person came into a conversation, or is out of it: what they may see of what they saved there, the server knows. */
export function placeChanged(conversationId: Id): void {
  const concerned = [...later.peek().byId.values()].filter(({ message }) => message === null || message.conversation_id === conversationId);
  if (concerned.some(isOpen)) owe("later", loadLater);
  if (!concerned.every(isOpen)) owe("later done", loadDone);
}

async function readEntry(messageId: Id): Promise<Saved | null> {
  try {
    const item = await ask<Saved>("GET", `/messages/${messageId}/saved`);
    later.value = withItem(later.peek(), item);
    return item;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    entryRemoved(messageId);
    return null;
  }
}

/** An entry was taken off the list. */
export const entryRemoved = (messageId: Id): void => void (later.value = withoutItem(later.peek(), messageId));

/** The time has come that the person chose. */
export const reminderDue = (messageId: Id): void => owe(`reminder ${messageId}`, () => remind(messageId));

async function remind(messageId: Id): Promise<void> {
  const item = await readEntry(messageId);
  if (item === null) return;
  const { message } = item;
  const words = message?.text == null ? t("Reminder") : t("Reminder: {name}: {text}", { name: nameOf(message.author_id), text: plain(actionIn(message) ?? message.text).slice(0, 120) });
  toast(words, "plain", { label: t("Show"), run: () => openPanel("later") });
}

interface Wish {
  remind_at?: string | null;
  done?: boolean;
}

/** Keep a message, with a reminder or without; what is not said is dropped. True when the server took it. */
export async function keep(messageId: Id, wish: Wish, again: () => unknown = () => keep(messageId, wish)): Promise<boolean> {
  try {
    later.value = withItem(later.peek(), await act<Saved>("PUT", `/messages/${messageId}/saved`, wish));
    return true;
  } catch (error) {
    complain(error, again);
    return false;
  }
}

/** Take a message off the list. */
export async function drop(messageId: Id): Promise<void> {
  try {
    await act("DELETE", `/messages/${messageId}/saved`);
    entryRemoved(messageId);
  } catch (error) {
    complain(error, () => drop(messageId));
  }
}

/** Keep a message for later, or stop keeping it. */
export async function toggleSaved(message: Message): Promise<void> {
  if (isSaved(message)) return drop(message.id);
  if (await keep(message.id, {})) toast(t("Saved for later."), "plain", { label: t("Show"), run: () => openPanel("later") });
}

export const whenDialog = ahead(() => import("./WhenDialog.tsx"));

/** Ask when to be reminded of a message. */
export function askWhen(messageId: Id): void {
  void openOverlay(async () => {
    const { WhenDialog } = await whenDialog();
    const onChoose = async (at: Date): Promise<void> => {
      if (await keep(messageId, { remind_at: at.toISOString() })) toast(t("You will be reminded on {when}.", { when: moment(at.toISOString()) }));
    };
    return (close) => h(WhenDialog, { title: t("Remind me"), confirm: t("Remind me then"), onChoose: (at: Date) => void onChoose(at), close });
  });
}
