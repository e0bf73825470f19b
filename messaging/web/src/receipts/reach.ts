import { signal } from "@preact/signals";
import type { Id, MemberCursorView, Message } from "../contract/types.ts";

/** Up to where one person has a conversation, and has read it. */
export interface Reached {
  delivered_seq: number;
  read_seq: number;
  joined_at: string;
}

export type Reach = ReadonlyMap<Id, ReadonlyMap<Id, Reached>>;

/** Per conversation that was asked about and tells it: where its members stand. */
export const reach = signal<Reach>(new Map());

/** The members of a conversation as the server has them. */
export function withMembers(state: Reach, conversationId: Id, members: readonly MemberCursorView[]): Reach {
  return new Map(state).set(conversationId, new Map(members.map(({ user_id: id, ...reached }) => [id, reached])));
}

export interface Mark {
  user_id: Id;
  delivered_seq?: number | undefined;
  read_seq?: number | undefined;
}

/** What the line tells of some members; conversations nobody asked about are passed over. */
export function withMarks(state: Reach, conversationId: Id, marks: readonly Mark[]): Reach {
  const known = state.get(conversationId);
  if (known === undefined) return state;
  const next = new Map(known);
  for (const { user_id: id, delivered_seq: delivered, read_seq: read } of marks) {
    const before = next.get(id);
    if (before === undefined) continue;
    // Delivered only goes forward; read also goes back, when somebody marks as unread.
    next.set(id, { ...before, delivered_seq: Math.max(before.delivered_seq, delivered ?? 0), read_seq: read ?? before.read_seq });
  }
  return new Map(state).set(conversationId, next);
}

export interface Standing {
  state: "sent" | "delivered" | "seen";
  recipients: number;
  delivered: number;
  seenBy: readonly Id[];
}

/** How far a message got, judged as the server does: by those who were members when it was written, or came here. */
export function standingOf(members: ReadonlyMap<Id, Reached>, message: Pick<Message, "author_id" | "seq" | "created_at" | "moved">): Standing {
  const since = message.moved?.at ?? message.created_at;
  const recipients = [...members].filter(([id, { joined_at: joined }]) => id !== message.author_id && joined <= since);
  const delivered = recipients.filter(([, one]) => Math.max(one.delivered_seq, one.read_seq) >= message.seq).length;
  const seenBy = recipients.filter(([, one]) => one.read_seq >= message.seq).map(([id]) => id);
  const all = recipients.length;
  const state = all > 0 && seenBy.length === all ? "seen" : all > 0 && delivered === all ? "delivered" : "sent";
  return { state, recipients: all, delivered, seenBy };
}
