import type { Id, ReadResult } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { rereadConversation } from "../conversations/actions.ts";
import { changed, conversations } from "../conversations/store.ts";
import { forgive, owe } from "../live/owed.ts";
import { act } from "../transport/acts.ts";
import { ask } from "../transport/http.ts";
import { goAhead, heard } from "./ahead.ts";
import { readUpTo } from "./store.ts";

const WAIT_MS = 250;

const told = new Map<Id, number>();
const timers = new Map<Id, number>();

/** Marked as unread by hand: being on the screen does not read them again until the person has left the conversation. */
const held = new Set<Id>();

/** The person leaves a conversation: looking at it counts again next time. */
export const letRead = (conversationId: Id): void => void held.delete(conversationId);

/** Everything in the conversation is on the screen and looked at: the badge goes at once, the server hears a moment later. */
export function markRead(conversationId: Id): void {
  if (held.has(conversationId)) return;
  const seq = showRead(conversationId);
  if (seq === null) return;
  clearTimeout(timers.get(conversationId));
  timers.set(conversationId, setTimeout(() => owe(debtOf(conversationId), () => tell(conversationId, seq)), WAIT_MS) as unknown as number);
}

/** Draw everything in a conversation as read; returns up to where, or null where it was already. */
export function showRead(conversationId: Id): number | null {
  const item = conversations.peek().byId.get(conversationId);
  if (item === undefined || item.membership === null || item.membership.read_seq >= item.last_seq) return null;
  held.delete(conversationId);
  goAhead(conversationId, item.membership.read_seq);
  conversations.value = changed(conversations.peek(), conversationId, (known) => readUpTo(known, item.last_seq));
  return item.last_seq;
}

const debtOf = (conversationId: Id): string => `read ${conversationId}`;

async function tell(conversationId: Id, seq: number): Promise<void> {
  if ((told.get(conversationId) ?? 0) >= seq) return;
  told.set(conversationId, seq);
  try {
    await ask<ReadResult>("POST", `/conversations/${conversationId}/read`, { seq });
  } catch (error) {
    told.delete(conversationId);
    throw error;
  }
}

/** Everything in a conversation was read, seen or not. */
export function markAllRead({ id }: { id: Id }): void {
  held.delete(id);
  told.delete(id);
  markRead(id);
}

/** The cursor moved, here or on another device. Back means marked as unread: being on a screen does not read it again. True when that is news. */
export function cursorSeen(conversationId: Id, readSeq: number, wasAt: number): boolean {
  const how = heard(conversationId, readSeq, wasAt);
  if (how === "back") {
    told.set(conversationId, readSeq);
    held.add(conversationId);
  }
  return how !== "late";
}

/** Put the cursor before a message, so that it is unread again. */
export async function markUnread(conversationId: Id, seq: number): Promise<void> {
  try {
    held.add(conversationId);
    clearTimeout(timers.get(conversationId));
    forgive(debtOf(conversationId));
    told.delete(conversationId);
    await act("POST", `/conversations/${conversationId}/read`, { seq: Math.max(0, seq - 1), backwards: true });
    rereadConversation(conversationId);
  } catch (error) {
    held.delete(conversationId);
    complain(error, () => markUnread(conversationId, seq));
  }
}
