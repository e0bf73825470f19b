import { computed, signal } from "@preact/signals";
import type { Conversation, ConversationFacts, Id } from "../contract/types.ts";
import { underTold } from "../live/meanwhile.ts";

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

/** The whole list as the server had it; what was told of since it was asked for stays as it is known here. */
export function replacedBy(state: Conversations, items: readonly Conversation[], told: Iterable<Id> = []): Conversations {
  const answer = new Map(items.map((item) => [item.id, known(item)]));
  return { ...state, status: "ready", byId: underTold(answer, state.byId, told) };
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

const isShown = (item: Known): boolean => item.membership !== null && item.archived_at === null;
const isChannel = (item: Known): boolean => item.kind !== "direct";

/** The ids of the shown channels, by name. */
export function channelOrder(state: Conversations): Id[] {
  const channels = [...state.byId.values()].filter((item) => isShown(item) && isChannel(item));
  return channels.sort((a, b) => collator.compare(a.name ?? "", b.name ?? "")).map((item) => item.id);
}

/** Channels in the order given; direct conversations by what was said last. */
export function grouped(state: Conversations, order: readonly Id[]): Grouped {
  const when = (item: Known): string => item.last_message_at ?? item.created_at;
  const directs = [...state.byId.values()].filter((item) => isShown(item) && !isChannel(item));
  return {
    channels: order.map((id) => state.byId.get(id)).filter((item) => item !== undefined),
    directs: directs.sort((a, b) => (when(a) < when(b) ? 1 : -1)),
  };
}

/** Changes when a channel comes, goes or is renamed, and not with each message: comparing thousands of names takes a while. */
const channelNames = computed(() => {
  let names = "";
  for (const item of conversations.value.byId.values()) {
    if (isShown(item) && isChannel(item)) names += `${item.id}${item.name}\n`;
  }
  return names;
});
const order = computed(() => {
  void channelNames.value;
  return channelOrder(conversations.peek());
});

/** The sidebar. */
export const sections = computed(() => grouped(conversations.value, order.value));

/** All unread messages and mentions of the person, for the window's title. */
export const unreadTotal = computed(() => {
  let messages = 0;
  let mentions = 0;
  for (const item of conversations.value.byId.values()) {
    if (item.membership === null || item.archived_at !== null) continue;
    const { is_muted: isMuted } = item.membership;
    // What is muted asks only where the person is called on; what is said to somebody alone calls on them.
    if (!isMuted) messages += item.unread.messages;
    mentions += item.kind === "direct" && !isMuted ? Math.max(item.unread.mentions, item.unread.messages) : item.unread.mentions;
  }
  return { messages, mentions };
});
