import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";

/** How the line to the server stands. `revoked` ends it: this person must sign in again. */
export type LineState = "connecting" | "open" | "waiting" | "offline" | "revoked";

export const line = signal<LineState>("connecting");

/** How often a conversation was taken as it stands and not by its events: whoever lists what messages ask for reads that again. */
export const skips = signal(0);

/** Who types where, until when (milliseconds since the epoch). */
export type Typing = ReadonlyMap<Id, ReadonlyMap<Id, number>>;

export const typing = signal<Typing>(new Map());

export const TYPING_LASTS_MS = 6_000;

/** Somebody types: remembered until `until`. */
export function withTyping(state: Typing, conversationId: Id, userId: Id, until: number): Typing {
  return new Map(state).set(conversationId, new Map(state.get(conversationId)).set(userId, until));
}

/** Somebody stopped, because their message has come. */
export function withoutTyping(state: Typing, conversationId: Id, userId: Id | null): Typing {
  const there = state.get(conversationId);
  if (userId === null || there === undefined || !there.has(userId)) return state;
  const left = new Map(there);
  left.delete(userId);
  return new Map(state).set(conversationId, left);
}

/** Those whose time is up removed; the same object when nobody is. */
export function expired(state: Typing, now: number): Typing {
  const next = new Map<Id, ReadonlyMap<Id, number>>();
  let gone = false;
  for (const [conversationId, there] of state) {
    const left = new Map([...there].filter(([, until]) => until > now));
    gone ||= left.size !== there.size;
    if (left.size > 0) next.set(conversationId, left);
  }
  return gone ? next : state;
}

/** A line for screen readers. */
export interface Announcement {
  id: Id;
  text: string;
}

const MOST_ANNOUNCED = 5;

export const announcements = signal<readonly Announcement[]>([]);

/** Have a message read out once; those that come in one frame are all read, the same words twice are two messages. */
export function readOut(id: Id, text: string): void {
  const before = announcements.peek();
  if (before.every((one) => one.id !== id)) announcements.value = [...before, { id, text }].slice(-MOST_ANNOUNCED);
}
