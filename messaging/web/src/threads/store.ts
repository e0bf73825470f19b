import { computed, signal } from "@preact/signals";
import type { Id, Message, Thread } from "../contract/types.ts";
import { conversations, type Conversations } from "../conversations/store.ts";
import { underTold } from "../live/meanwhile.ts";
import { MOST_UNREAD } from "../receipts/store.ts";

/** The threads that the person follows, and the messages they hang on as far as somebody has looked at them. */
export interface Threads {
  status: "loading" | "ready" | "error";
  byId: ReadonlyMap<Id, Thread>;
  roots: ReadonlyMap<Id, Message>;
}

export const threads = signal<Threads>({ status: "loading", byId: new Map(), roots: new Map() });

/** All states as the server had them; what was told of since they were asked for stays as it is known here. */
export function withStates(state: Threads, items: readonly Thread[], told: Iterable<Id> = []): Threads {
  const answer = new Map(items.map((item) => [item.root_id, item]));
  return { ...state, status: "ready", byId: underTold(answer, state.byId, told) };
}

/** One thread as the server has it; one that is not followed is forgotten. */
export function withThread(state: Threads, { root, ...item }: Thread & { root?: Message }): Threads {
  const byId = new Map(state.byId);
  if (item.is_following) byId.set(item.root_id, item);
  else byId.delete(item.root_id);
  const roots = root === undefined ? state.roots : new Map(state.roots).set(root.id, root);
  return { ...state, byId, roots };
}

/** A message changed: where a thread hangs on it, it stands there as it is now. */
export function withRoot(state: Threads, message: Message): Threads {
  return state.roots.has(message.id) ? { ...state, roots: new Map(state.roots).set(message.id, message) } : state;
}

/** The person stopped following. */
export function withoutThread(state: Threads, rootId: Id): Threads {
  const byId = new Map(state.byId);
  return byId.delete(rootId) ? { ...state, byId } : state;
}

/** A reply arrived: unread unless I wrote it or the server has counted it already. */
export function afterReply(state: Threads, reply: Message, me: Id | undefined): Threads {
  const thread = reply.thread_id === null ? undefined : state.byId.get(reply.thread_id);
  if (thread === undefined || reply.seq <= thread.last_seq) return state;
  const unread = reply.author_id === me ? thread.unread : Math.min(MOST_UNREAD, thread.unread + 1);
  const root = state.roots.get(thread.root_id);
  const roots = root === undefined ? state.roots : new Map(state.roots).set(root.id, { ...root, last_reply_at: reply.created_at, reply_count: root.reply_count + 1 });
  return { ...state, byId: new Map(state.byId).set(thread.root_id, { ...thread, unread, last_seq: reply.seq }), roots };
}

/** Read to the end: nothing is unread; shown at once, before the server says so. */
export function afterReading(state: Threads, rootId: Id, seq: number): Threads {
  const thread = state.byId.get(rootId);
  if (thread === undefined || seq < thread.last_seq) return state;
  return { ...state, byId: new Map(state.byId).set(rootId, { ...thread, read_seq: seq, unread: 0 }) };
}

/** Whether a thread stands where the person still is, and not in an archive. */
function isShown({ conversation_id: id }: Thread, known: Conversations): boolean {
  const conversation = known.byId.get(id);
  return conversation !== undefined && conversation.membership !== null && conversation.archived_at === null;
}

/** The inbox: unread threads first, in both parts the latest reply first. */
export function inbox(state: Threads, known: Conversations): Thread[] {
  const rank = (thread: Thread): number => (thread.unread > 0 ? 0 : 1);
  const when = (thread: Thread): string => state.roots.get(thread.root_id)?.last_reply_at ?? state.roots.get(thread.root_id)?.created_at ?? "";
  const shown = [...state.byId.values()].filter((thread) => state.roots.has(thread.root_id) && isShown(thread, known));
  return shown.sort((a, b) => rank(a) - rank(b) || when(b).localeCompare(when(a)));
}

/** How many followed threads have something unread. */
export const unreadThreads = computed(() => [...threads.value.byId.values()].filter((thread) => thread.unread > 0 && isShown(thread, conversations.value)).length);
