import { signal, type Signal } from "@preact/signals";
import type { Id, Message, ReactionChange } from "../contract/types.ts";
import type { OutboxEntry } from "./outbox.ts";

/** Rows kept in memory per conversation; beyond it the far end is let go and loaded again when somebody scrolls there. */
export const MOST_ROWS = 2_000;

export interface Thread {
  status: "loading" | "ready" | "error";
  replies: readonly Message[];
}

/**
 * The part of one conversation's history that is in memory.
 *
 * Shape   `roots` is a gapless window, oldest first: what the history shows. Replies live in `threads`, by the id of their root.
 * Order   `changedAt` keeps, per message, the `seq` of the last event applied to it, so that an older REST answer that arrives
 *         late does not undo the event.
 */
export interface Timeline {
  status: "unloaded" | "loading" | "ready" | "error";
  roots: readonly Message[];
  threads: ReadonlyMap<Id, Thread>;
  changedAt: ReadonlyMap<Id, number>;
  hasOlder: boolean;
  hasNewer: boolean;
}

export const UNLOADED: Timeline = {
  status: "unloaded",
  roots: [],
  threads: new Map(),
  changedAt: new Map(),
  hasOlder: false,
  hasNewer: false,
};

/** Whether a message is drawn in the history itself, not only in its thread. */
export const isInHistory = (message: Message): boolean => message.thread_id === null || message.also_in_conversation;

function bySeq(messages: Iterable<Message>): Message[] {
  return [...messages].sort((a, b) => a.seq - b.seq);
}

/** Of two versions of a message keep the newer one: the loaded row unless an event has changed ours since it was asked for. */
function newerOf(timeline: Timeline, ours: Message | undefined, loaded: Message, asOf: number): Message {
  return ours !== undefined && (timeline.changedAt.get(loaded.id) ?? 0) > asOf ? ours : loaded;
}

function merged(timeline: Timeline, current: readonly Message[], loaded: readonly Message[], asOf: number): Message[] {
  const byId = new Map(current.map((message) => [message.id, message]));
  for (const message of loaded) byId.set(message.id, newerOf(timeline, find(timeline, message.id), message, asOf));
  return bySeq(byId.values());
}

/** Any message in memory, root or reply. */
export function find(timeline: Timeline, id: Id): Message | undefined {
  const root = timeline.roots.find((message) => message.id === id);
  if (root !== undefined) return root;
  for (const thread of timeline.threads.values()) {
    const reply = thread.replies.find((message) => message.id === id);
    if (reply !== undefined) return reply;
  }
  return undefined;
}

export interface Loaded {
  items: readonly Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** The conversation's applied `seq` when the request was made. */
  asOf: number;
}

/** The history opened at a place: what was shown before is replaced. */
export function opened(timeline: Timeline, { items, hasOlder, hasNewer, asOf }: Loaded): Timeline {
  const roots = merged(timeline, [], items, asOf);
  if (hasNewer) return { ...timeline, status: "ready", roots, hasOlder, hasNewer };
  // Messages that arrived live while the page was on its way are newer than all of it.
  const last = roots.at(-1)?.seq ?? 0;
  const since = timeline.roots.filter((message) => message.seq > Math.max(last, asOf));
  return { ...timeline, status: "ready", roots: [...roots, ...since], hasOlder, hasNewer };
}

/** An older page put in front. Past the cap the newest rows go. */
export function withOlder(timeline: Timeline, items: readonly Message[], hasOlder: boolean, asOf: number): Timeline {
  const roots = merged(timeline, timeline.roots, items, asOf);
  const over = roots.length > MOST_ROWS;
  return { ...timeline, roots: over ? roots.slice(0, MOST_ROWS) : roots, hasOlder, hasNewer: timeline.hasNewer || over };
}

/** A newer page put behind. Past the cap the oldest rows go. */
export function withNewer(timeline: Timeline, items: readonly Message[], hasNewer: boolean, asOf: number): Timeline {
  return capped({ ...timeline, roots: merged(timeline, timeline.roots, items, asOf), hasNewer });
}

/** Room for an older page: past the cap the newest rows go, before it comes. A list that loses and gains at once cannot tell which of its rows moved. */
export function withRoomBefore(timeline: Timeline, count: number): Timeline {
  if (timeline.roots.length + count <= MOST_ROWS) return timeline;
  return { ...timeline, roots: timeline.roots.slice(0, MOST_ROWS - count), hasNewer: true };
}

/** Room for a newer page: past the cap the oldest rows go. */
export function withRoomBehind(timeline: Timeline, count: number): Timeline {
  if (timeline.roots.length + count <= MOST_ROWS) return timeline;
  return { ...timeline, roots: timeline.roots.slice(count - MOST_ROWS), hasOlder: true };
}

/** Let the oldest rows go past the cap. */
export function capped(timeline: Timeline): Timeline {
  if (timeline.roots.length <= MOST_ROWS) return timeline;
  return { ...timeline, roots: timeline.roots.slice(-MOST_ROWS), hasOlder: true };
}

/** Whether a message belongs in the window that is loaded. */
function fits(timeline: Timeline, message: Message): boolean {
  if (timeline.status !== "ready" && timeline.status !== "loading") return false;
  const first = timeline.roots[0];
  const last = timeline.roots.at(-1);
  if (first !== undefined && message.seq < first.seq) return !timeline.hasOlder;
  if (last === undefined || message.seq > last.seq) return !timeline.hasNewer;
  return true;
}

function replaced(messages: readonly Message[], message: Message): readonly Message[] {
  return messages.some((other) => other.id === message.id)
    ? messages.map((other) => (other.id === message.id ? message : other))
    : messages;
}

function inserted(messages: readonly Message[], message: Message): readonly Message[] {
  const last = messages.at(-1);
  if (last === undefined || last.seq < message.seq) return [...messages, message];
  if (messages.some((other) => other.id === message.id)) return replaced(messages, message);
  return bySeq([...messages, message]);
}

/** One message changed wherever it is drawn: in the history, in its thread, at the head of its own thread. */
function everywhere(timeline: Timeline, message: Message): Timeline {
  const threads = new Map<Id, Thread>();
  for (const [rootId, thread] of timeline.threads) threads.set(rootId, { ...thread, replies: replaced(thread.replies, message) });
  return { ...timeline, roots: replaced(timeline.roots, message), threads };
}

function noted(timeline: Timeline, id: Id, seq: number | null): Timeline {
  return seq === null ? timeline : { ...timeline, changedAt: new Map(timeline.changedAt).set(id, seq) };
}

/** A message as the server has it now, put where it belongs. `seq` is the event's, or null when an answer brought it. */
export function withMessage(timeline: Timeline, message: Message, seq: number | null): Timeline {
  const next = everywhere(noted(timeline, message.id, seq), message);
  const roots = isInHistory(message) && fits(next, message) ? inserted(next.roots, message) : next.roots;
  const thread = message.thread_id === null ? undefined : next.threads.get(message.thread_id);
  if (thread === undefined || message.thread_id === null) return capped({ ...next, roots });
  const threads = new Map(next.threads).set(message.thread_id, { ...thread, replies: inserted(thread.replies, message) });
  return capped({ ...next, roots, threads });
}

/** A message that stands elsewhere now: taken from where it stood, put where it belongs. */
export function withMoved(timeline: Timeline, message: Message, seq: number): Timeline {
  const roots = isInHistory(message) ? timeline.roots : timeline.roots.filter((other) => other.id !== message.id);
  const threads = new Map<Id, Thread>();
  for (const [rootId, thread] of timeline.threads) {
    const replies = rootId === message.thread_id || rootId === message.id ? thread.replies : thread.replies.filter((other) => other.id !== message.id);
    threads.set(rootId, { ...thread, replies });
  }
  if (message.thread_id !== null) threads.delete(message.id);
  return withMessage({ ...timeline, roots, threads }, message, seq);
}

/** Messages that stand in another conversation now, and their threads. */
export function withoutMessages(timeline: Timeline, ids: readonly Id[]): Timeline {
  const stays = (message: Message): boolean => !ids.includes(message.id);
  const threads = new Map<Id, Thread>();
  for (const [rootId, thread] of timeline.threads) if (!ids.includes(rootId)) threads.set(rootId, { ...thread, replies: thread.replies.filter(stays) });
  return { ...timeline, roots: timeline.roots.filter(stays), threads };
}

/**
 * Count a new reply on its root.
 *
 * A root that was loaded after the reply was stored counts it already; its `last_reply_at` tells.
 */
export function withReplyCounted(timeline: Timeline, reply: Message, seq: number): Timeline {
  const root = reply.thread_id === null ? undefined : find(timeline, reply.thread_id);
  if (root === undefined || (root.last_reply_at !== null && root.last_reply_at >= reply.created_at)) return timeline;
  const people = [...new Set([...root.reply_user_ids, ...(reply.author_id === null ? [] : [reply.author_id])])];
  const counted: Message = {
    ...root,
    reply_count: root.reply_count + 1,
    last_reply_at: reply.created_at,
    reply_user_ids: people.slice(0, 5),
  };
  return noted(everywhere(timeline, counted), root.id, seq);
}

/** All reactions of a message replaced; a message that is not in memory is left alone. */
export function withReactions(timeline: Timeline, change: Pick<ReactionChange, "message_id" | "reactions">, seq: number | null): Timeline {
  const message = find(timeline, change.message_id);
  if (message === undefined) return timeline;
  return noted(everywhere(timeline, { ...message, reactions: change.reactions }), message.id, seq);
}

/** Fields of one message changed, wherever it is drawn. */
export function withPatch(timeline: Timeline, id: Id, patch: Partial<Message>, seq: number | null): Timeline {
  const message = find(timeline, id);
  return message === undefined ? timeline : noted(everywhere(timeline, { ...message, ...patch }), id, seq);
}

/** The replies of a thread as loaded, beside those that arrived meanwhile. */
export function withReplies(timeline: Timeline, rootId: Id, replies: readonly Message[], asOf: number): Timeline {
  const current = timeline.threads.get(rootId)?.replies ?? [];
  const thread: Thread = { status: "ready", replies: merged(timeline, current, replies, asOf) };
  return { ...timeline, threads: new Map(timeline.threads).set(rootId, thread) };
}

/** A thread about to load. */
export function withThreadStatus(timeline: Timeline, rootId: Id, status: Thread["status"]): Timeline {
  const replies = timeline.threads.get(rootId)?.replies ?? [];
  return { ...timeline, threads: new Map(timeline.threads).set(rootId, { status, replies }) };
}

const timelines = new Map<Id, Signal<Timeline>>();

/** The history of one conversation, as a signal that components read. */
export function timelineOf(conversationId: Id): Signal<Timeline> {
  let timeline = timelines.get(conversationId);
  if (timeline === undefined) {
    timeline = signal(UNLOADED);
    timelines.set(conversationId, timeline);
  }
  return timeline;
}

/** Let go of all histories but the named ones. */
export function keepTimelines(keep: ReadonlySet<Id>): void {
  for (const [id, timeline] of timelines) {
    if (!keep.has(id)) timeline.value = UNLOADED;
  }
}

/** What this browser has written and the server has not acknowledged. */
export const outbox = signal<readonly OutboxEntry[]>([]);
