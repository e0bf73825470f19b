import type { Id, Message, Page } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";
import { owe } from "../live/owed.ts";
import { act } from "../transport/acts.ts";
import { ask, Refused } from "../transport/http.ts";
import { pins } from "./store.ts";

const MOST = 100;

/** Read the pins of a conversation. */
export async function loadPins(conversationId: Id): Promise<boolean> {
  const before = pins.peek();
  if (before.conversationId !== conversationId) pins.value = { conversationId, status: "loading", items: [] };
  try {
    const { items } = await ask<Page<Message>>("GET", `/conversations/${conversationId}/pins?limit=${MOST}`);
    if (pins.peek().conversationId === conversationId) pins.value = { conversationId, status: "ready", items };
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (pins.peek().conversationId === conversationId) pins.value = { ...pins.peek(), status: "error" };
    return !error.isPassing;
  }
}

/** A message was pinned, changed or lost its pin: what is listed is read again. */
export function pinsChanged(conversationId: Id): void {
  if (pins.peek().conversationId === conversationId) owe(`pins ${conversationId}`, () => loadPins(conversationId));
}

/** Pin a message for everyone, or take its pin off; the event that follows shows it. */
export async function togglePin(message: Message): Promise<void> {
  const isPinned = message.pin != null;
  try {
    await act(isPinned ? "DELETE" : "PUT", `/messages/${message.id}/pin`);
    toast(isPinned ? t("Unpinned.") : t("Pinned for everyone here."));
  } catch (error) {
    complain(error, () => togglePin(message));
  }
}
