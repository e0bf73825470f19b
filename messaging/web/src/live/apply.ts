import type { EventFrame, EventFrameOf, EventName, Id, Message, PriorityView } from "../contract/types.ts";
import { dropConversation, overtaken, rereadConversation } from "../conversations/actions.ts";
import { changed, conversations, withFacts, withHead } from "../conversations/store.ts";
import { membersChanged } from "../conversations/members.ts";
import { loadGiven } from "../files/given.ts";
import { settle } from "../messages/sending.ts";
import { rereadMessage } from "../messages/actions.ts";
import { find, timelineOf, withMessage, withoutMessages, withPatch, withReactions, withReplyCounted, withMoved } from "../messages/store.ts";
import { lineBy } from "../messages/plain.ts";
import { pinsChanged } from "../pins/actions.ts";
import { ownSections, placed } from "../sidebar/store.ts";
import { added as emojiAdded, removed as emojiRemoved } from "../reactions/custom.ts";
import { told, withStatus } from "../status/store.ts";
import { me, nameOf, remember } from "../people/store.ts";
import { cursorSeen } from "../receipts/actions.ts";
import { afterCreated, afterMention, afterRead, isAllRead } from "../receipts/store.ts";
import { take } from "../settings/actions.ts";
import { later as saved, withChanged } from "../saved/store.ts";
import { readElsewhere, rereadThread, replyArrived, replyGone, unfollowed } from "../threads/actions.ts";
import { threads, withRoot } from "../threads/store.ts";
import { leaveForGood } from "../transport/session.ts";
import { navigate, route } from "../app/route.ts";
import { owe } from "./owed.ts";
import { readOut, typing, withoutTyping } from "./store.ts";

/**
 * What asks nothing of the client, or is the console's: the device that uploads knows; the one whose session ended has its socket
 * closed with 4403, by whatever ends it.
 */
type Silent = Extract<EventName, `chancery.${"file.uploaded" | "access_rules.changed" | "user.joined" | "password.changed" | "session.started" | "session.revoked" | "sign_in.refused" | `group-membership.${string}` | `second_factor.${string}`}.v1`>;
type Table = { [N in Exclude<EventName, Silent>]: (frame: EventFrameOf<N>) => void };

/** Edits that come together are one question, and a room full of people does not ask at once. */
const RECOUNT_SPREAD_MS = 300;
const MANY_SPREAD_MS = 3_000;

const isMe = (id: Id | null): boolean => id !== null && id === me.peek()?.id;

/** What is rare comes with its code; where that cannot be had, the lists are read again with the next connection. */
function later<M>(code: Promise<M>, act: (module: M) => unknown): void {
  void code.then(act, () => undefined);
}

function update(id: Id, change: Parameters<typeof changed>[2]): void {
  conversations.value = changed(conversations.peek(), id, change);
}

function announce(message: Message): void {
  if (isMe(message.author_id) || message.text === null || message.kind === "system" || route.peek().conversationId !== message.conversation_id) return;
  readOut(message.id, lineBy(nameOf(message.author_id), message));
}

function messageCreated({ data: message, seq }: EventFrameOf<"chancery.message.created.v1">): void {
  const timeline = timelineOf(message.conversation_id);
  const next = withMessage(timeline.peek(), message, seq);
  timeline.value = message.thread_id === null ? next : withReplyCounted(next, message, seq);
  settle(message.key);
  const { priority } = message;
  if (priority?.asks === true) later(import("../priority/notices.ts"), ({ asked }) => asked(priority));
  replyArrived(message);
  update(message.conversation_id, (item) => afterCreated(item, message, me.peek()?.id ?? ""));
  typing.value = withoutTyping(typing.peek(), message.conversation_id, message.author_id);
  announce(message);
}

/** A message stands in its history as it is now, and in the person's lists. */
function show(message: Message, seq: number): void {
  const timeline = timelineOf(message.conversation_id);
  timeline.value = withMessage(timeline.peek(), message, seq);
  saved.value = withChanged(saved.peek(), message);
  threads.value = withRoot(threads.peek(), message);
}

function messageChanged({ data: message, seq }: EventFrameOf<"chancery.message.edited.v1" | "chancery.message.deleted.v1">): void {
  show(message, seq);
  if (message.pin != null || message.deleted_at !== null) pinsChanged(message.conversation_id);
  if (isUnread(message)) recountMentions(message.conversation_id);
}

/** Whoever lists what waits for them hears how a request stands; null where its message is gone. */
function tellOfRequest(id: Id, priority: PriorityView | null): void {
  later(import("../priority/notices.ts"), ({ settled }) => settled(id, priority));
}

function requestChanged(frame: EventFrameOf<"chancery.acknowledgement.given.v1" | "chancery.acknowledgement.dropped.v1" | "chancery.priority.expired.v1">): void {
  partChanged(frame);
  tellOfRequest(frame.data.message_id, frame.data.priority);
}

/** As if it had not been deleted: whether it counts, the server knows. */
function messageRestored({ data: message, seq }: EventFrameOf<"chancery.message.restored.v1">): void {
  show(message, seq);
  pinsChanged(message.conversation_id);
  if (message.thread_id !== null) {
    rereadMessage(message.conversation_id, message.thread_id);
    replyGone(message);
  }
  if (isUnread(message)) rereadConversation(message.conversation_id);
}

/** Messages stand elsewhere: what is unread where, the server knows. */
function messageMoved({ data, seq, conversation_id: id }: EventFrameOf<"chancery.message.moved.v1">): void {
  if (id === null) return;
  const timeline = timelineOf(id);
  timeline.value = data.messages.reduce((state, message) => withMoved(state, message, seq), timeline.peek());
  for (const message of data.messages) {
    if (message.thread_id === null) rereadThread(message.id);
  }
  rereadConversation(id);
  // Whoever looks at a thread that went into another one goes along.
  if (data.thread_id !== null && route.peek().threadId === data.message_id) navigate({ conversationId: id, threadId: data.thread_id }, { replace: true });
}

/** It came from another conversation, or back from there: then to its old place, and whether it counts, the server knows. */
function messageArrived({ data: message, seq }: EventFrameOf<"chancery.message.arrived.v1">): void {
  const { conversation_id: id, text } = message;
  const timeline = timelineOf(id);
  timeline.value = withMessage(timeline.peek(), message, seq);
  settle(message.key);
  const mine = me.peek()?.id ?? "";
  // Nobody is called on by a move but by name.
  update(id, (item) => afterCreated(item, { ...message, text: null }, mine));
  if (isUnread(message) && (message.seq < seq || text?.includes(`<@${mine}>`) === true)) recountMentions(id);
  if (message.pin != null) pinsChanged(id);
}

/** Messages stand in another conversation now: nothing of them stays here. */
function messagesDeparted({ data }: EventFrameOf<"chancery.message.departed.v1">): void {
  const { conversation_id: id, message_ids: ids, root_ids: rootIds } = data;
  const timeline = timelineOf(id);
  timeline.value = withoutMessages(timeline.peek(), ids);
  for (const rootId of rootIds) rereadMessage(id, rootId);
  const unread = conversations.peek().byId.get(id)?.unread;
  if (unread !== undefined && unread.messages + unread.mentions > 0) recountMentions(id);
  later(import("../moving/departed.ts"), ({ departed }) => departed(data));
}

function pinned({ data: message, seq }: EventFrameOf<"chancery.message.pinned.v1" | "chancery.message.unpinned.v1">): void {
  const timeline = timelineOf(message.conversation_id);
  timeline.value = withMessage(timeline.peek(), message, seq);
  pinsChanged(message.conversation_id);
}

function isUnread({ conversation_id: id, author_id: author, seq }: Message): boolean {
  return !isMe(author) && seq > (conversations.peek().byId.get(id)?.membership?.read_seq ?? Infinity);
}

const recounts = new Map<Id, number>();

/** An edit or a deletion may give mentions or take them back: the server has counted again with it, and is asked. */
function recountMentions(id: Id): void {
  clearTimeout(recounts.get(id));
  recounts.set(id, setTimeout(() => rereadConversation(id), Math.random() * RECOUNT_SPREAD_MS) as unknown as number);
}

function messageDeleted(frame: EventFrameOf<"chancery.message.deleted.v1">): void {
  messageChanged(frame);
  tellOfRequest(frame.data.id, null);
  const { conversation_id: id, thread_id: rootId } = frame.data;
  if (rootId !== null) rereadMessage(id, rootId);
  replyGone(frame.data);
  // Whether the deleted one had been counted is the server's to say: counts stop at 99+.
  if (isUnread(frame.data)) rereadConversation(id);
}

function reactionsChanged({ data, seq, conversation_id: id }: EventFrameOf<"chancery.reaction.added.v1" | "chancery.reaction.removed.v1">): void {
  if (id === null) return;
  const timeline = timelineOf(id);
  timeline.value = withReactions(timeline.peek(), data, seq);
}

function filesChanged({ data, seq, conversation_id: id }: EventFrameOf<"chancery.file.inspected.v1" | "chancery.file.replaced.v1" | "chancery.file.deleted.v1">): void {
  if (id === null) return;
  const timeline = timelineOf(id);
  timeline.value = withPatch(timeline.peek(), data.message_id, { files: data.files }, seq);
}

/** What one may do follows from these and from the person; the server says it. */
const RULES = ["kind", "posting", "replying", "archived_at"] as const;
const MANY = 100;
const SPREAD_MS = 3_000;
interface PartFrame {
  data: { message_id: Id } & Partial<Message>;
  seq: number;
  conversation_id: Id | null;
}

function partChanged({ data, seq, conversation_id: id }: PartFrame): void {
  if (id === null) return;
  const { message_id: messageId, ...patch } = data;
  const timeline = timelineOf(id);
  timeline.value = withPatch(timeline.peek(), messageId, patch, seq);
}

/** So many are called on that they are not told one by one: whoever has not read it asks. */
function mentionsRecorded({ data }: EventFrameOf<"chancery.mentions.recorded.v1">): void {
  const item = conversations.peek().byId.get(data.conversation_id);
  if (item === undefined || data.message_seq <= (item.membership?.read_seq ?? Infinity)) return;
  setTimeout(() => rereadConversation(item.id), Math.random() * MANY_SPREAD_MS);
}


function factsChanged({ data }: { data: Parameters<typeof withFacts>[1] }): void {
  const before = conversations.peek().byId.get(data.id);
  conversations.value = withFacts(conversations.peek(), data);
  if (before === undefined || RULES.every((rule) => before[rule] === data[rule])) return;
  // A thousand clients that hear of it at once do not all ask at once.
  const waitMs = data.member_count > MANY ? Math.random() * SPREAD_MS : 0;
  setTimeout(() => rereadConversation(data.id), waitMs);
}

function membershipChanged(frame: EventFrameOf<"chancery.membership.changed.v1">): void {
  const { conversation_id: id } = frame.data;
  if (frame.stream === "user") rereadConversation(id);
  else membersChanged(id);
}

function membership(frame: EventFrameOf<"chancery.membership.added.v1" | "chancery.membership.removed.v1">, by: 1 | -1): void {
  const { conversation_id: id, user_id: userId } = frame.data;
  if (frame.stream === "user") {
    if (by === 1) rereadConversation(id);
    else dropConversation(id);
    later(import("../saved/actions.ts"), ({ placeChanged }) => placeChanged(id));
    return;
  }
  const { data } = frame;
  update(id, (item) => ({
    ...item,
    // Counting along would drift after a resume, which says what is true now.
    member_count: "member_count" in data ? data.member_count : item.member_count,
    member_ids: item.kind !== "direct" ? item.member_ids : by === 1 ? [...new Set([...item.member_ids, userId])] : item.member_ids.filter((other) => other !== userId),
  }));
  membersChanged(id);
}

function cursorMoved({ data }: EventFrameOf<"chancery.cursor.moved.v1">): void {
  const { conversation_id: id, read_seq: readSeq } = data;
  const item = conversations.peek().byId.get(id);
  if (item === undefined || item.membership === null || !cursorSeen(id, readSeq, item.membership.read_seq)) return;
  if (!isAllRead(item, readSeq)) {
    rereadConversation(id);
    return;
  }
  update(id, (known) => afterRead(known, { read_seq: readSeq, unread: { messages: 0, mentions: 0 } }));
}

function mentioned({ data }: EventFrameOf<"chancery.mention.created.v1">): void {
  const item = conversations.peek().byId.get(data.conversation_id);
  // Mentions are written down a moment after their message: whether an earlier count held this one, the server knows.
  if (item !== undefined && data.seq <= item.counted_seq) rereadConversation(item.id);
  else update(data.conversation_id, (known) => afterMention(known, data.seq));
}

/** Whoever it is, one's other windows say one's own name, too. */
function personChanged({ data }: EventFrameOf<"chancery.user.updated.v1">): void {
  remember([data]);
  const mine = me.peek();
  if (mine?.id === data.id) me.value = { ...mine, name: data.name, title: data.title, avatar_url: data.avatar_url };
}

/** Another of the person's devices chose something; a new language is spoken from the next load on. */
function preferencesChanged({ data }: EventFrameOf<"chancery.preferences.changed.v1">): void {
  const mine = me.peek();
  if (mine !== null) take({ ...mine, ...data });
}

const table: Table = {
  "chancery.message.created.v1": messageCreated,
  "chancery.message.edited.v1": messageChanged,
  "chancery.message.deleted.v1": messageDeleted,
  "chancery.message.restored.v1": messageRestored,
  "chancery.message.moved.v1": messageMoved,
  "chancery.message.arrived.v1": messageArrived,
  "chancery.message.departed.v1": messagesDeparted,
  "chancery.message.pinned.v1": pinned,
  "chancery.message.unpinned.v1": pinned,
  "chancery.thread.followed.v1": ({ data }) => rereadThread(data.root_id),
  "chancery.thread.unfollowed.v1": ({ data }) => unfollowed(data.root_id),
  "chancery.thread.read.v1": ({ data }) => readElsewhere(data.root_id, data.read_seq),
  "chancery.draft.changed.v1": ({ data }) => later(import("../drafts/sync.ts"), ({ draftChanged }) => draftChanged(data)),
  "chancery.scheduled.changed.v1": () => later(import("../scheduled/actions.ts"), ({ loadScheduled }) => owe("scheduled", loadScheduled)),
  "chancery.scheduled.removed.v1": ({ data }) => later(import("../scheduled/actions.ts"), ({ scheduledGone }) => scheduledGone(data.scheduled_id)),
  "chancery.scheduled.failed.v1": () => later(import("../scheduled/actions.ts"), ({ scheduledFailed }) => scheduledFailed()),
  "chancery.later.changed.v1": ({ data }) => later(import("../saved/actions.ts"), ({ entryChanged }) => entryChanged(data.message_id)),
  "chancery.later.removed.v1": ({ data }) => later(import("../saved/actions.ts"), ({ entryRemoved }) => entryRemoved(data.message_id)),
  "chancery.reminder.due.v1": ({ data }) => later(import("../saved/actions.ts"), ({ reminderDue }) => reminderDue(data.message_id)),
  "chancery.reaction.added.v1": reactionsChanged,
  "chancery.reaction.removed.v1": reactionsChanged,
  "chancery.file.inspected.v1": filesChanged,
  "chancery.file.replaced.v1": filesChanged,
  "chancery.file.deleted.v1": filesChanged,
  "chancery.file.given.v1": () => owe("given", loadGiven),
  "chancery.conversation.created.v1": factsChanged,
  "chancery.conversation.updated.v1": factsChanged,
  "chancery.conversation.archived.v1": factsChanged,
  "chancery.conversation.restored.v1": factsChanged,
  "chancery.conversation.converted.v1": factsChanged,
  "chancery.membership.changed.v1": membershipChanged,
  "chancery.sections.changed.v1": ({ data }) => void (ownSections.value = data.items),
  "chancery.placement.changed.v1": ({ data: { conversation_id: id, ...place } }) => update(id, (item) => placed(item, place)),
  "chancery.membership.added.v1": (frame) => membership(frame, 1),
  "chancery.membership.removed.v1": (frame) => membership(frame, -1),
  "chancery.cursor.moved.v1": cursorMoved,
  "chancery.mention.created.v1": mentioned,
  "chancery.mentions.recorded.v1": mentionsRecorded,
  "chancery.acknowledgement.given.v1": requestChanged,
  "chancery.acknowledgement.dropped.v1": requestChanged,
  "chancery.priority.reminded.v1": (frame) => {
    partChanged(frame);
    later(import("../priority/notices.ts"), ({ reminded }) => {
      const message = frame.conversation_id === null ? undefined : find(timelineOf(frame.conversation_id).peek(), frame.data.message_id);
      reminded(frame.data, message?.author_id ?? null);
    });
  },
  "chancery.priority.escalated.v1": partChanged,
  "chancery.priority.expired.v1": requestChanged,
  "chancery.acknowledgement.requested.v1": ({ data }) => later(import("../priority/notices.ts"), ({ awaited }) => awaited(data)),
  "chancery.acknowledgement.noted.v1": ({ data }) => later(import("../priority/actions.ts"), ({ noted }) => noted(data.message_id)),
  "chancery.acknowledgement.missing.v1": ({ data }) => later(import("../priority/notices.ts"), ({ missing }) => missing(data)),
  "chancery.poll.voted.v1": partChanged,
  "chancery.poll.closed.v1": partChanged,
  "chancery.previews.added.v1": partChanged,
  "chancery.previews.removed.v1": partChanged,
  "chancery.emoji.added.v1": ({ data }) => emojiAdded(data),
  "chancery.emoji.removed.v1": ({ data }) => emojiRemoved(data.emoji_id),
  "chancery.status.changed.v1": ({ data }) => void (told.value = withStatus(told.peek(), data.user_id, data.status)),
  "chancery.user.deactivated.v1": () => void leaveForGood(),
  "chancery.user.updated.v1": personChanged,
  "chancery.preferences.changed.v1": preferencesChanged,
};

/** The conversation that one of the person's own events tells of. */
function ownSubject({ stream, data }: EventFrame): Id | null {
  return stream === "user" && data !== null && "conversation_id" in data ? data.conversation_id : null;
}

/** Apply one event to the stores. Event types of a newer server are passed over. */
export function apply(frame: EventFrame): void {
  const about = ownSubject(frame);
  const readAgain = about === null ? null : overtaken(about);
  const handler = (table as Partial<Record<EventName, unknown>>)[frame.event] as ((frame: EventFrame) => void) | undefined;
  if (frame.data !== null) handler?.(frame);
  readAgain?.();
  if (frame.conversation_id !== null) {
    conversations.value = withHead(conversations.peek(), frame.conversation_id, frame.seq);
  }
}
