import type { Id, Message } from "../contract/types.ts";
import type { OutboxEntry } from "./outbox.ts";
import { dayKey } from "../app/text.ts";

/** One line of the history. */
export type Row =
  | { kind: "start"; key: string }
  | { kind: "newer"; key: string }
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "message"; key: string; message: Message; isGrouped: boolean }
  | { kind: "comings"; key: string; messages: readonly Message[] }
  | { kind: "pending"; key: string; entry: OutboxEntry; isGrouped: boolean };

const GROUP_WITHIN_MS = 5 * 60_000;

/** Who came and who went, here or where an import comes from. */
const COMING = /^(?:(?:channel|group|conversation|member)_)?(?:join|joined|leave|left|added|removed)$/;
const isComing = ({ kind, subtype }: Message): boolean => kind === "system" && COMING.test(subtype ?? "");

/** Lines of who came and went, one after the other, are one line; true when this one went into it. */
function withComing(rows: Row[], message: Message): boolean {
  const last = rows.at(-1);
  if (last === undefined || !isComing(message)) return false;
  const before = last.kind === "comings" ? last.messages : last.kind === "message" && isComing(last.message) ? [last.message] : null;
  if (before !== null) rows[rows.length - 1] = { kind: "comings", key: `comings ${before[0]?.id}`, messages: [...before, message] };
  return before !== null;
}

interface Shown {
  roots: readonly Message[];
  pending: readonly OutboxEntry[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** The cursor when the conversation was opened: what lies past it is new. */
  newAfter: number | null;
  me: Id;
}

/** Keys are unique per author only. */
const rowKey = (author: Id | null, key: string): string => `${author ?? "system"} ${key}`;

interface Previous {
  author: Id | null;
  at: string;
  movedAt?: string | undefined;
}

/** When a message came to where it stands: what was moved here is of another time than its neighbours. */
export const placedAt = (message: Message): string => message.moved?.at ?? message.created_at;

/** Whether a message goes on from the one before it: the same hand, soon after. */
export function continues(previous: Previous | null, author: Id | null, at: string, movedAt?: string): boolean {
  if (previous === null || previous.author !== author || author === null || previous.movedAt !== movedAt) return false;
  return new Date(at).getTime() - new Date(previous.at).getTime() < GROUP_WITHIN_MS;
}

/**
 * Lay a history out: days, the line above what is new, authors grouped.
 *
 * A message and the outbox entry with its key share their row's key, so that the row stays the same when one replaces the other.
 */
export function rowsOf({ roots, pending, hasOlder, hasNewer, newAfter, me }: Shown): Row[] {
  const rows: Row[] = hasOlder ? [] : [{ kind: "start", key: "start" }];
  const arrived = new Set(roots.map((message) => message.key));
  let day = "";
  let previous: Previous | null = null;
  let isMarked = newAfter === null;

  for (const message of roots) {
    // A line that is no longer so: what it told of was taken back.
    if (message.kind === "system" && message.deleted_at !== null) continue;
    const at = placedAt(message);
    if (dayKey(at) !== day) {
      day = dayKey(at);
      rows.push({ kind: "day", key: `day ${day}`, at });
      previous = null;
    }
    if (!isMarked && newAfter !== null && message.seq > newAfter && message.author_id !== me) {
      isMarked = true;
      rows.push({ kind: "new", key: "new" });
      previous = null;
    }
    const isSystem = message.kind === "system";
    if (withComing(rows, message)) continue;
    rows.push({
      kind: "message",
      key: rowKey(message.author_id, message.key || message.id),
      message,
      isGrouped: !isSystem && continues(previous, message.author_id, message.created_at, message.moved?.at),
    });
    previous = isSystem ? null : { author: message.author_id, at: message.created_at, movedAt: message.moved?.at };
  }
  if (hasNewer) return [...rows, { kind: "newer", key: "newer" }];

  for (const entry of pending) {
    if (arrived.has(entry.key)) continue;
    rows.push({ kind: "pending", key: rowKey(me, entry.key), entry, isGrouped: continues(previous, me, entry.created_at) });
    previous = { author: me, at: entry.created_at };
  }
  return rows;
}
