import { computed, signal } from "@preact/signals";
import type { Conversation, ConversationFacts, Id } from "../contract/types.ts";

/** A conversation, and up to which `seq` the server had counted its unread messages when it gave them. */
export interface Known extends Conversation {
  counted_seq: number;
}

export interface Conversations {
  status: "loading" | "ready" | "error";
  byId: ReadonlyMap<Id, Known>;
}

export const conversations = signal<Conversations>({ status: "loading", byId: new Map() });

const known = (item: Conversation): Known => ({ ...item, counted_seq: item.last_seq });

/** The whole list as the server has it. */
export function replacedBy(state: Conversations, items: readonly Conversation[]): Conversations {
  return { ...state, status: "ready", byId: new Map(items.map((item) => [item.id, known(item)])) };
}

/** One conversation as the server has it. */
export function withConversation(state: Conversations, item: Conversation): Conversations {
  return put(state, known(item));
}

function put(state: Conversations, item: Known): Conversations {
  return { ...state, byId: new Map(state.byId).set(item.id, item) };
}

/** One conversation gone from this person's sight. */
export function without(state: Conversations, id: Id): Conversations {
  if (!state.byId.has(id)) return state;
  const byId = new Map(state.byId);
  byId.delete(id);
  return { ...state, byId };
}

/** One conversation changed in place; unknown ones are left alone. */
export function changed(state: Conversations, id: Id, change: (item: Known) => Known): Conversations {
  const item = state.byId.get(id);
  if (item === undefined) return state;
  const next = change(item);
  return next === item ? state : put(state, next);
}

/** Facts from an event laid over what this person already knew: their own parts (membership, unread, can) stay. */
export function withFacts(state: Conversations, facts: ConversationFacts): Conversations {
  return changed(state, facts.id, (item) => ({ ...item, ...facts, last_seq: Math.max(item.last_seq, facts.last_seq) }));
}

/** A conversation's journal has moved on. */
export function withHead(state: Conversations, id: Id, seq: number): Conversations {
  return changed(state, id, (item) => (seq > item.last_seq ? { ...item, last_seq: seq } : item));
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What I belong to and is not archived, as the sidebar groups it. */
export interface Grouped {
  channels: Known[];
  directs: Known[];
}

/** Channels by name; direct conversations by what was said last. */
export function grouped(state: Conversations, nameOf: (conversation: Conversation) => string): Grouped {
  const mine = [...state.byId.values()].filter((item) => item.membership !== null && item.archived_at === null);
  const when = (item: Conversation): string => item.last_message_at ?? item.created_at;
  return {
    channels: mine.filter((item) => item.kind !== "direct").sort((a, b) => collator.compare(nameOf(a), nameOf(b))),
    directs: mine.filter((item) => item.kind === "direct").sort((a, b) => when(b).localeCompare(when(a))),
  };
}

/** All unread messages and mentions of the person, for the window's title. */
export const unreadTotal = computed(() => {
  let messages = 0;
  let mentions = 0;
  for (const item of conversations.value.byId.values()) {
    if (item.membership === null || item.archived_at !== null) continue;
    messages += item.unread.messages;
    mentions += item.unread.mentions;
  }
  return { messages, mentions };
});
