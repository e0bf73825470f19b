import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";
import { local, openLocal } from "../transport/local.ts";
import type { Mentions } from "./mentions.ts";

export interface Draft {
  text: string;
  mentions: Mentions;
}

export const EMPTY: Draft = { text: "", mentions: new Map() };
const SAVE_AFTER_MS = 300;

/** What was begun and not sent, by place. */
export const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

/** The place a draft belongs to: a conversation, or a thread in it. */
export const placeOf = (conversationId: Id, threadId: Id | null): string =>
  threadId === null ? conversationId : `${conversationId}/${threadId}`;

const timers = new Map<string, number>();

/** Take up the drafts of an earlier visit; what was typed meanwhile wins. */
export async function startDrafts(userId: Id): Promise<void> {
  const store = await openLocal(userId);
  const kept = (await store?.getAll("drafts")) ?? [];
  const earlier = kept.map(({ place, text, mentions }) => [place, { text, mentions: new Map(mentions) }] as const);
  drafts.value = new Map([...earlier, ...drafts.peek()]);
}

/** Keep a draft; an empty one is forgotten. */
export function keepDraft(place: string, draft: Draft): void {
  const next = new Map(drafts.peek());
  if (draft.text === "") next.delete(place);
  else next.set(place, draft);
  drafts.value = next;
  clearTimeout(timers.get(place));
  timers.set(place, setTimeout(() => void write(place), SAVE_AFTER_MS) as unknown as number);
}

async function write(place: string): Promise<void> {
  const store = await local();
  const draft = drafts.peek().get(place);
  if (draft === undefined) await store?.delete("drafts", place);
  else await store?.put("drafts", { place, text: draft.text, mentions: [...draft.mentions] });
}

/** A page that goes away writes what the timers still hold. */
export function flushDrafts(): void {
  for (const [place, timer] of timers) {
    clearTimeout(timer);
    void write(place);
  }
  timers.clear();
}
