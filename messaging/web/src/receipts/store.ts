import type { Id, Message, ReadResult } from "../contract/types.ts";
import type { Known } from "../conversations/store.ts";

/** The server counts no further either: 100 is drawn as "99+". */
export const MOST_UNREAD = 100;

/** Whether a text calls on everybody and not on me by name: whoever is named, or is here, is told by an event of their own. */
const callsAll = (text: string | null, me: Id): boolean => text !== null && /<!channel>/i.test(text) && !text.includes(`<@${me}>`);

/** A message arrived: it is unread unless I wrote it, the cursor is past it, or the server has counted it already. */
export function afterCreated(conversation: Known, message: Message, me: Id): Known {
  const { membership, unread } = conversation;
  const at = message.created_at;
  const lastAt = conversation.last_message_at;
  const moved = { ...conversation, last_message_at: lastAt !== null && lastAt > at ? lastAt : at };
  if (membership === null || message.author_id === me || message.kind === "system" || message.seq <= membership.read_seq) return moved;
  if (message.seq <= conversation.counted_seq) return moved;
  const mentions = unread.mentions + (callsAll(message.text, me) ? 1 : 0);
  // Replies are counted by their threads; here only what stands in the history.
  const said = message.thread_id === null || message.also_in_conversation ? 1 : 0;
  return { ...moved, unread: { messages: Math.min(MOST_UNREAD, unread.messages + said), mentions } };
}

/** Somebody mentioned me in a message that I have not read and the server's count did not hold yet. */
export function afterMention(conversation: Known, seq: number): Known {
  const { membership, unread } = conversation;
  if (membership === null || seq <= Math.max(membership.read_seq, conversation.counted_seq)) return conversation;
  return { ...conversation, unread: { ...unread, mentions: unread.mentions + 1 } };
}

/** The server's word on cursor and counts. */
export function afterRead(conversation: Known, { read_seq, unread }: ReadResult): Known {
  if (conversation.membership === null) return conversation;
  return { ...conversation, membership: { ...conversation.membership, read_seq }, unread };
}

/** Everything up to `seq` was read here: shown at once, before the server says so. */
export function readUpTo(conversation: Known, seq: number): Known {
  if (conversation.membership === null || seq < conversation.last_seq) return conversation;
  return afterRead(conversation, { read_seq: seq, unread: { messages: 0, mentions: 0 } });
}

/** Whether another device's cursor leaves nothing unread, so that the counts are known without asking. */
export const isAllRead = (conversation: Known, readSeq: number): boolean => readSeq >= conversation.last_seq;
