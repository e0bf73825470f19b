import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";
import { openLocal, writeLocal } from "../transport/local.ts";
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

/** The conversation and thread of such a place. */
export function placeIn(place: string): { conversationId: Id; threadId: Id | null } {
  const [conversationId = "", threadId = null] = place.split("/");
  return { conversationId, threadId };
}

const timers = new Map<string, number>();

/** What the server knows of a draft: the version this browser saw last, and whether it has since been changed here. */
export interface Synced {
  version: number;
  isDirty: boolean;
}

export const synced = new Map<string, Synced>();
let onKept: ((place: string) => void) | null = null;

/** Be told of every change that the person makes here. */
export const whenKept = (callback: (place: string) => void): void => void (onKept = callback);

/** Take up the drafts of an earlier visit; what was typed meanwhile wins. */
export async function startDrafts(userId: Id): Promise<void> {
  const store = await openLocal(userId);
  const kept = (await store?.getAll("drafts")) ?? [];
  const earlier: [string, Draft][] = [];
  for (const { place, text, mentions, version = 0, isDirty = true } of kept) {
    if (text !== "") earlier.push([place, { text, mentions: new Map(mentions) }]);
    if (!synced.has(place)) synced.set(place, { version, isDirty });
  }
  drafts.value = new Map([...earlier, ...drafts.peek()]);
}

/** Keep a draft; an empty one is forgotten. */
export function keepDraft(place: string, draft: Draft): void {
  synced.set(place, { version: synced.get(place)?.version ?? 0, isDirty: true });
  put(place, draft);
  onKept?.(place);
}

/** Take a draft as the server has it. */
export function takeDraft(place: string, draft: Draft, version: number): void {
  synced.set(place, { version, isDirty: false });
  put(place, draft);
}

/** The server has taken what stands here. */
export function draftTaken(place: string, version: number, isCurrent: boolean): void {
  synced.set(place, { version, isDirty: !isCurrent });
  plan(place);
}

/** Put drafts into an order, the last written last; those that are not named were written here and later. */
export function arrange(places: readonly string[]): void {
  const rest = new Map(drafts.peek());
  const first = places.flatMap((place) => {
    const draft = rest.get(place);
    return draft !== undefined && rest.delete(place) ? [[place, draft] as const] : [];
  });
  drafts.value = new Map([...first, ...rest]);
}

function put(place: string, draft: Draft): void {
  const next = new Map(drafts.peek());
  // Behind all others: the list shows first what was written last.
  next.delete(place);
  if (draft.text !== "") next.set(place, draft);
  drafts.value = next;
  plan(place);
}

function plan(place: string): void {
  clearTimeout(timers.get(place));
  timers.set(place, setTimeout(() => write(place), SAVE_AFTER_MS) as unknown as number);
}

function write(place: string): void {
  const { text, mentions } = drafts.peek().get(place) ?? EMPTY;
  const state = synced.get(place) ?? { version: 0, isDirty: false };
  if (text === "" && !state.isDirty) writeLocal((store) => store.delete("drafts", place));
  else writeLocal((store) => store.put("drafts", { place, text, mentions: [...mentions], ...state }));
}

/** A page that goes away writes what the timers still hold. */
export function flushDrafts(): void {
  for (const [place, timer] of timers) {
    clearTimeout(timer);
    write(place);
  }
  timers.clear();
}
