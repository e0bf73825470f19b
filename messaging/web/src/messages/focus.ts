import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";

/** The message being edited in place. */
export const editing = signal<Id | null>(null);

/** The message that a link or a search hit led to; marked for a moment. */
export const found = signal<number | null>(null);

/** The conversation whose reader wants to be done with what is new in it, and stand at its end. */
export const caughtUp = signal<Id | null>(null);

const COMPOSER = "[data-composer]";

/** Put the caret into the composer of the thread, or of the conversation. */
export function focusComposer(where: "conversation" | "thread"): void {
  document.querySelector<HTMLTextAreaElement>(`${COMPOSER}[data-composer="${where}"]`)?.focus();
}
