import type { FileView, Id } from "../contract/types.ts";

/** A message on its way: written here, not yet acknowledged by the server. */
export interface OutboxEntry {
  key: string;
  conversation_id: Id;
  thread_id: Id | null;
  also_in_conversation: boolean;
  text: string;
  /** What comes with the message besides its text, as the server takes it: a poll, a priority. */
  extras?: Readonly<Record<string, unknown>>;
  /** Files that come with it, to show them meanwhile; the server takes their ids. */
  files?: readonly FileView[];
  created_at: string;
  attempts: number;
  /** sending: will be tried (again); failed: the server refused it for good, a person decides; asking: it wants a confirmation. */
  state: "sending" | "failed" | "asking";
  error: string | null;
}

/** Put an entry in, or replace the one with its key. */
export function put(entries: readonly OutboxEntry[], entry: OutboxEntry): OutboxEntry[] {
  const others = entries.filter((other) => other.key !== entry.key);
  return [...others, entry].sort((a, b) => a.created_at.localeCompare(b.created_at));
}

/** Take an entry out once the server has it, or a person gave it up. */
export function drop(entries: readonly OutboxEntry[], key: string): OutboxEntry[] {
  return entries.some((entry) => entry.key === key) ? entries.filter((entry) => entry.key !== key) : [...entries];
}

/**
 * What to send now: the oldest waiting entry of each conversation.
 *
 * One at a time per conversation keeps the order in which they were written; a failed one does not hold up those behind it.
 */
export function due(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const firsts = new Map<Id, OutboxEntry>();
  for (const entry of entries) {
    if (entry.state === "sending" && !firsts.has(entry.conversation_id)) firsts.set(entry.conversation_id, entry);
  }
  return [...firsts.values()];
}

/** The entry after an attempt that may succeed later. */
export const postponed = (entry: OutboxEntry): OutboxEntry => ({ ...entry, attempts: entry.attempts + 1 });

/** The entry after a refusal that trying again will not mend. */
export const failed = (entry: OutboxEntry, error: string): OutboxEntry => ({ ...entry, state: "failed", error });

/** The code by which the server asks for a confirmation, and what then says so. */
const CONFIRMED: Readonly<Record<string, (extras: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>>> = {
  confirm_recipients: (extras) => ({ ...extras, priority: { ...(extras["priority"] as object), confirmed: true } }),
  confirm_mentions: (extras) => ({ ...extras, confirm_mentions: true }),
};

/** The entry after the server asked whether it is meant so; null where the refusal is no question. */
export function questioned(entry: OutboxEntry, code: string, question: string): OutboxEntry | null {
  const confirm = CONFIRMED[code];
  return confirm === undefined ? null : { ...entry, state: "asking", error: question, extras: confirm(entry.extras ?? {}) };
}

/** The entry when a person asks to try once more. */
export const again = (entry: OutboxEntry): OutboxEntry => ({ ...entry, state: "sending", attempts: 0, error: null });
