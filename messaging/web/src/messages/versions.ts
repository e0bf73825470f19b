import type { Id, Message, Version } from "../contract/types.ts";
import { plainLines } from "./plain.ts";

/** One version: its words, those before it, and who made it when. */
export interface Step {
  text: string;
  before: string | null;
  byId: Id | null;
  at: string;
}

/**
 * The versions of a message, the latest first.
 *
 * A revision holds the words that were there until somebody changed them at its time. One that says the same as the next was
 * made by a deletion that was taken back, and changed nothing.
 */
export function versionsOf(message: Message, revisions: readonly Version[]): Step[] {
  const steps: Step[] = [];
  let byId: Id | null = message.author_id;
  let at = message.created_at;
  for (const revision of revisions) {
    push(steps, plainLines(revision.text), byId, at);
    byId = revision.edited_by_id;
    at = revision.created_at;
  }
  push(steps, plainLines(message.text ?? ""), byId, at);
  return steps.reverse();
}

function push(steps: Step[], text: string, byId: Id | null, at: string): void {
  const before = steps.at(-1)?.text ?? null;
  if (before !== text) steps.push({ text, before, byId, at });
}
