import { effect } from "@preact/signals";
import type { Id, Page, ServerDraft } from "../contract/types.ts";
import { passOver } from "../app/failure.ts";
import { owe } from "../live/owed.ts";
import { decodeMentions, encodeMentions } from "../messages/mentions.ts";
import { arrange, drafts, draftTaken, EMPTY, placeIn, placeOf, synced, takeDraft, whenKept } from "../messages/drafts.ts";
import { names } from "../messages/plain.ts";
import { person } from "../people/store.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";

const TELL_AFTER_MS = 1_500;
const TELL_END_AFTER_MS = 300;
const NAMES_WITHIN_MS = 4_000;
const PEOPLE = /<@([0-9a-f-]{36})>/gi;

const timers = new Map<string, number>();

/** What stands in a place now, as it is stored. */
function storedIn(place: string): string {
  const draft = drafts.peek().get(place) ?? EMPTY;
  return encodeMentions(draft.text, draft.mentions);
}

/** Read all drafts and bring both sides together: what was changed here goes out, everything else comes in. */
export async function syncDrafts(): Promise<boolean> {
  whenKept((place) => tellSoon(place, drafts.peek().has(place) ? TELL_AFTER_MS : TELL_END_AFTER_MS));
  const before = new Map(synced);
  try {
    const { items } = await ask<Page<ServerDraft>>("GET", "/me/drafts");
    const there = new Set(items.map((item) => placeOf(item.conversation_id, item.thread_id)));
    for (const item of items) await take(item);
    // The server names the latest first.
    arrange([...there].filter((place) => synced.get(place)?.isDirty !== true).reverse());
    for (const [place, { version, isDirty }] of [...synced]) {
      if (isDirty) tellSoon(place, 0);
      else if (!there.has(place) && drafts.peek().has(place) && before.get(place)?.version === version) takeDraft(place, EMPTY, version);
    }
    return true;
  } catch (error) {
    passOver(error);
    return false;
  }
}

function tellSoon(place: string, afterMs: number): void {
  clearTimeout(timers.get(place));
  timers.set(place, setTimeout(() => owe(`draft ${place}`, () => tell(place)), afterMs) as unknown as number);
}

/** Tell the server what stands in a place, and once more if it has changed meanwhile. */
async function tell(place: string): Promise<void> {
  if (synced.get(place)?.isDirty !== true) return;
  const { conversationId, threadId } = placeIn(place);
  const text = storedIn(place);
  try {
    const { version } = await ask<ServerDraft>("PUT", `/conversations/${conversationId}/draft`, { text, ...(threadId === null ? {} : { thread_id: threadId }) });
    const isCurrent = storedIn(place) === text;
    draftTaken(place, version, isCurrent);
    if (!isCurrent) tellSoon(place, TELL_AFTER_MS);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.isPassing) throw error;
    // A place that is gone keeps its draft here alone.
    draftTaken(place, synced.get(place)?.version ?? 0, true);
  }
}

interface Change {
  conversation_id: Id;
  thread_id: Id | null;
  version: number;
  is_empty: boolean;
}

/** Another device has written: taken unless this one is being written on, whose words come later and win. */
export const draftChanged = (change: Change): void => owe(`changed draft ${placeOf(change.conversation_id, change.thread_id)}`, () => takeChange(change));

async function takeChange({ conversation_id, thread_id, version, is_empty }: Change): Promise<void> {
  const place = placeOf(conversation_id, thread_id);
  const known = synced.get(place);
  if (known !== undefined && (known.isDirty || known.version >= version)) return;
  if (is_empty) return takeDraft(place, EMPTY, version);
  await take(await ask<ServerDraft>("GET", withQuery(`/conversations/${conversation_id}/draft`, { thread_id })));
}

async function take({ conversation_id, thread_id, text, version }: ServerDraft): Promise<void> {
  const place = placeOf(conversation_id, thread_id);
  await whenNamed([...text.matchAll(PEOPLE)].map(([, id = ""]) => id));
  const known = synced.get(place);
  if (known !== undefined && (known.isDirty || known.version > version)) return;
  takeDraft(place, decodeMentions(text, names), version);
}

/** Wait until these people's names are loaded: a mention is shown by its name and found again by it. */
function whenNamed(ids: readonly Id[]): Promise<void> {
  if (ids.every((id) => person(id) !== undefined)) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (ids.every((id) => person(id) !== undefined)) resolve();
    });
    setTimeout(() => {
      stop();
      resolve();
    }, NAMES_WITHIN_MS);
  });
}
