import type { Id } from "../contract/types.ts";
import type { Draft } from "./drafts.ts";

const BEGUN = "edit-";

const keyOf = (messageId: Id, mine: Id | undefined): string => `${BEGUN}${mine ?? ""}-${messageId}`;

/** What was begun as a change of a message: it outlives another conversation in between, a reload, and signing in anew. */
export function begunEdit(messageId: Id, mine: Id | undefined): Draft | null {
  const kept = sessionStorage.getItem(keyOf(messageId, mine));
  if (kept === null) return null;
  const { text, mentions } = JSON.parse(kept) as { text: string; mentions: [string, string][] };
  return { text, mentions: new Map(mentions) };
}

/** Keep it in this tab; one that is full costs only what a reload would lose. */
export function keepEdit(messageId: Id, mine: Id | undefined, { text, mentions }: Draft): void {
  try {
    sessionStorage.setItem(keyOf(messageId, mine), JSON.stringify({ text, mentions: [...mentions] }));
  } catch {
    sessionStorage.removeItem(keyOf(messageId, mine));
  }
}

/** It is saved, or given up. */
export const dropEdit = (messageId: Id, mine: Id | undefined): void => sessionStorage.removeItem(keyOf(messageId, mine));
