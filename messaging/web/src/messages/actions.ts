import type { Signal } from "@preact/signals";
import type { Id, Message, Page } from "../contract/types.ts";
import { complain, explain } from "../app/failure.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { cursors } from "../live/cursors.ts";
import { owe } from "../live/owed.ts";
import { act } from "../transport/acts.ts";
import { ask, askAll, Refused, withQuery } from "../transport/http.ts";
import { editing } from "./focus.ts";
import { keepTimelines, opened, timelineOf, withMessage, withNewer, withOlder, withReplies, withRoomBefore, withRoomBehind, withThreadStatus, type Timeline } from "./store.ts";

const PAGE = 50;
const MOST_REPLIES = 1_000;
const MOST_KEPT = 12;
const MOST_READINGS = 3;

const asOf = (conversationId: Id): number => cursors.at(conversationId) ?? 0;

const recent = new Set<Id>();
/** Which opening of a history is the latest, so that a slow earlier answer does not replace it. */
const openings = new Map<Id, number>();

function remember(conversationId: Id): void {
  recent.delete(conversationId);
  recent.add(conversationId);
  const [oldest] = recent;
  if (recent.size > MOST_KEPT && oldest !== undefined) recent.delete(oldest);
  keepTimelines(recent);
}

interface Place {
  around_seq?: number;
  before_seq?: number;
  after_seq?: number;
}

async function page(conversationId: Id, place: Place): Promise<Page<Message>> {
  return ask("GET", withQuery(`/conversations/${conversationId}/messages`, { ...place, limit: PAGE }));
}

/** Open a history at its end. Does nothing when it is there already. */
export async function openNewest(conversationId: Id): Promise<void> {
  remember(conversationId);
  const { status, hasNewer } = timelineOf(conversationId).peek();
  if (status === "ready" && !hasNewer) return;
  await load(conversationId, {});
}

/** Open a history around a place, unless that place is loaded. */
export async function openAround(conversationId: Id, seq: number): Promise<void> {
  remember(conversationId);
  const { status, roots } = timelineOf(conversationId).peek();
  if (status === "ready" && roots.some((message) => message.seq === seq)) return;
  await load(conversationId, { around_seq: seq });
}

/** Read the loaded part again as it is now, after too much was missed to replay it: no event will tell of that. */
export const rereadTimeline = (conversationId: Id): void => owe(`timeline ${conversationId}`, () => reloadTimeline(conversationId));

async function reloadTimeline(conversationId: Id): Promise<boolean> {
  const { status, hasNewer, roots, threads } = timelineOf(conversationId).peek();
  if (status === "unloaded") return true;
  const middle = roots[Math.floor(roots.length / 2)];
  let isAnswered = await load(conversationId, hasNewer && middle !== undefined ? { around_seq: middle.seq } : {});
  for (const rootId of threads.keys()) isAnswered = (await loadThread(conversationId, rootId)) && isAnswered;
  return isAnswered;
}

/** Tells whether there was an answer that will not change by asking again. */
async function load(conversationId: Id, place: Place): Promise<boolean> {
  const timeline = timelineOf(conversationId);
  const opening = (openings.get(conversationId) ?? 0) + 1;
  openings.set(conversationId, opening);
  const since = asOf(conversationId);
  if (timeline.peek().status !== "ready") timeline.value = { ...timeline.peek(), status: "loading" };
  try {
    const { items } = await page(conversationId, place);
    if (openings.get(conversationId) !== opening) return true;
    const around = place.around_seq !== undefined;
    const hasNewer = around && (await hasNewerThan(conversationId, items[0]?.seq ?? 0));
    // A page around a place is half older, half newer; only an empty older half says that the start is reached.
    const hasOlder = around ? items.some((message) => message.seq < (place.around_seq ?? 0)) : items.length >= PAGE;
    timeline.value = opened(timeline.peek(), { items, hasOlder, hasNewer, asOf: since });
    return true;
  } catch (error) {
    return failedToLoad(conversationId, error);
  }
}

async function hasNewerThan(conversationId: Id, seq: number): Promise<boolean> {
  if (seq >= asOf(conversationId)) return false;
  const { items } = await ask<Page<Message>>(
    "GET",
    withQuery(`/conversations/${conversationId}/messages`, { after_seq: seq, limit: 1 }),
  );
  return items.length > 0;
}

function failedToLoad(conversationId: Id, error: unknown): boolean {
  if (!(error instanceof Refused)) throw error;
  const timeline = timelineOf(conversationId);
  if (timeline.peek().status === "ready") return !error.isPassing;
  if (error.status === 0) void showKept(conversationId);
  else timeline.value = { ...timeline.peek(), status: "error" };
  return true;
}

/** Without a network: the history as it was when it was last seen, to be read anew as soon as the line is open. */
async function showKept(conversationId: Id): Promise<void> {
  const { recallTimeline } = await import("../offline/kept.ts");
  const kept = await recallTimeline(conversationId);
  const timeline = timelineOf(conversationId);
  if (timeline.peek().status === "ready") return;
  if (kept === null) {
    timeline.value = { ...timeline.peek(), status: "error" };
    return;
  }
  const threads = new Map(kept.threads.map(([rootId, replies]) => [rootId, { status: "ready" as const, replies }]));
  timeline.value = { ...timeline.peek(), status: "ready", roots: kept.roots, threads, hasOlder: kept.hasOlder, hasNewer: false };
  stale.add(conversationId);
}

/** Histories that show what was kept, not what is. */
const stale = new Set<Id>();

/** The line is open again: what was shown from before is read anew. */
export function refreshStale(): void {
  for (const id of stale) rereadTimeline(id);
  stale.clear();
}

const busy = new Set<string>();

/** Run one load at a time per purpose; scrolling asks far more often than the network answers. */
async function once(purpose: string, work: () => Promise<void>): Promise<void> {
  if (busy.has(purpose)) return;
  busy.add(purpose);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  } finally {
    busy.delete(purpose);
  }
}

/** Let rows go that are far away, and have that drawn before others come. */
async function makeRoom(timeline: Signal<Timeline>, room: Timeline): Promise<void> {
  if (room === timeline.peek()) return;
  timeline.value = room;
  await new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 200); // Nothing is drawn in a window that nobody sees.
  });
}

/** Put an older page in front. */
export function loadOlder(conversationId: Id): Promise<void> {
  return once(`older ${conversationId}`, async () => {
    const timeline = timelineOf(conversationId);
    const first = timeline.peek().roots[0];
    if (first === undefined || !timeline.peek().hasOlder) return;
    const since = asOf(conversationId);
    const { items } = await page(conversationId, { before_seq: first.seq });
    if (timeline.peek().roots[0]?.id !== first.id) return;
    await makeRoom(timeline, withRoomBefore(timeline.peek(), items.length));
    if (timeline.peek().roots[0]?.id !== first.id) return;
    timeline.value = withOlder(timeline.peek(), items, items.length >= PAGE, since);
  });
}

/** Put a newer page behind, when the history was opened in its middle. */
export function loadNewer(conversationId: Id): Promise<void> {
  return once(`newer ${conversationId}`, async () => {
    const timeline = timelineOf(conversationId);
    const last = timeline.peek().roots.at(-1);
    if (last === undefined || !timeline.peek().hasNewer) return;
    const since = asOf(conversationId);
    const { items } = await page(conversationId, { after_seq: last.seq });
    if (timeline.peek().roots.at(-1)?.id !== last.id) return;
    await makeRoom(timeline, withRoomBehind(timeline.peek(), items.length));
    if (timeline.peek().roots.at(-1)?.id !== last.id) return;
    timeline.value = withNewer(timeline.peek(), items, items.length >= PAGE, since);
  });
}

/** Load a thread: its root, if the history does not hold it, and its replies. */
export async function loadThread(conversationId: Id, rootId: Id): Promise<boolean> {
  const timeline = timelineOf(conversationId);
  const isShown = timeline.peek().threads.get(rootId)?.status === "ready";
  if (!isShown) {
    timeline.value = withThreadStatus(timeline.peek(), rootId, "loading");
  }
  const since = asOf(conversationId);
  const path = withQuery(`/conversations/${conversationId}/messages`, { thread_id: rootId, limit: 200 });
  try {
    const [root, items] = await Promise.all([
      ask<Message>("GET", `/messages/${rootId}`),
      askAll<Message>(path, MOST_REPLIES),
    ]);
    const replies = [root, ...items.filter((message) => message.id !== rootId)];
    timeline.value = withReplies(timeline.peek(), rootId, replies, since);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (isShown && error.isPassing) return false;
    timeline.value = withThreadStatus(timeline.peek(), rootId, "error");
    return true;
  }
}

/** Do to a message what is answered by how it stands then. An answer that events have overtaken is let go: what it tells, they tell too. */
export async function actOn(message: Message, request: () => Promise<Message>): Promise<void> {
  const since = asOf(message.conversation_id);
  const answer = await request();
  if (!isOvertaken(answer, since)) take(answer);
}

/** Read one message again, when an event tells of it only in passing. */
export const rereadMessage = (conversationId: Id, messageId: Id): void => owe(`message ${messageId}`, () => readMessage(conversationId, messageId));

async function readMessage(conversationId: Id, messageId: Id): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const since = asOf(conversationId);
    const message = await ask<Message>("GET", `/messages/${messageId}`);
    // Neither the answer nor the event alone knows all.
    if (!isOvertaken(message, since) || attempt === MOST_READINGS) return take(message);
  }
}

/** Whether an event has changed a message since it was asked for. */
function isOvertaken({ conversation_id: conversationId, id }: Message, since: number): boolean {
  return (timelineOf(conversationId).peek().changedAt.get(id) ?? 0) > since;
}

/** A message as it stands now. */
export function take(message: Message): void {
  const timeline = timelineOf(message.conversation_id);
  timeline.value = withMessage(timeline.peek(), message, null);
}

/** Change a message's text; true when the server took it. */
export async function edit(message: Message, text: string, confirmsMentions = false): Promise<boolean> {
  try {
    await actOn(message, () => act("PATCH", `/messages/${message.id}`, { text, confirm_mentions: confirmsMentions }));
    return true;
  } catch (error) {
    if (error instanceof Refused && error.problem?.code === "confirm_mentions") toast(explain(error), "plain", { label: t("Save anyway"), run: () => void edit(message, text, true).then((done) => done && (editing.value = null)) });
    else complain(error);
    return false;
  }
}

/** Take one's deletion back. */
async function restore(message: Message): Promise<void> {
  try {
    await actOn(message, () => act("POST", `/messages/${message.id}/restore`));
  } catch (error) {
    complain(error, () => restore(message));
  }
}

/** Delete a message for everyone, at once; it can be taken back while the toast stands. */
export async function remove(message: Message): Promise<void> {
  try {
    await act("DELETE", `/messages/${message.id}`);
    take({ ...message, text: null, files: [], reactions: [], deleted_at: new Date().toISOString() });
    toast(t("Message deleted."), "plain", { label: t("Undo"), run: () => void restore(message) });
  } catch (error) {
    complain(error, () => remove(message));
  }
}
