import { batch } from "@preact/signals";
import type { EventFrame, Heads, Id, Page, ServerFrame } from "../contract/types.ts";
import { dropConversation, loadConversations, refreshConversation } from "../conversations/actions.ts";
import { conversations } from "../conversations/store.ts";
import { membersChanged } from "../conversations/members.ts";
import { refreshStale, rereadTimeline } from "../messages/actions.ts";
import { flushOutbox } from "../messages/sending.ts";
import { timelineOf } from "../messages/store.ts";
import { pinsChanged } from "../pins/actions.ts";
import { presence } from "../people/store.ts";
import { startWatching, watchAgain } from "../people/watch.ts";
import { minute, told, withStatus } from "../status/store.ts";
import { backoffMs } from "../transport/backoff.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";
import { leaveForGood } from "../transport/session.ts";
import { apply } from "./apply.ts";
import { cursors } from "./cursors.ts";
import { inOneGo, nextFrame } from "./perFrame.ts";
import { owe } from "./owed.ts";
import { expired, line, typing, TYPING_LASTS_MS, withTyping, type LineState } from "./store.ts";
import { openLine, type Line } from "./tabs.ts";

const PAGE = 200;
const MOST_PAGES = 5;
const MOST_RESUMED = 500;

let userSeq: number | null = null;
let tenantSeq: number | null = null;
let connection: Line | null = null;
const filling = new Set<Id>();

/** Open the line and keep it open for as long as the page lives. */
export function startLive(userId: Id): void {
  connection = openLine(userId, { onFrames: inOneGo(handle, nextFrame), onState: stateChanged });
  setInterval(() => (typing.value = expired(typing.peek(), Date.now())), 1_000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connection?.retryNow();
    sendPresence();
  });
  startWatching((ids) => connection?.send({ type: "watch", user_ids: ids }));
  void import("./idle.ts").then(({ watchIdleness }) => watchIdleness((idle) => {
    isIdle = idle;
    sendPresence();
  })).catch(() => undefined);
  setInterval(() => (minute.value += 1), 60_000);
}

let isIdle = false;

/** Reconnect now instead of when the wait is over. */
export const reconnect = (): void => connection?.retryNow();

/** Tell the others in a conversation that this person types. */
export const sendTyping = (conversationId: Id): void => connection?.send({ type: "typing", conversation_id: conversationId });

function sendPresence(): void {
  connection?.send({ type: "presence", state: document.visibilityState === "visible" && !isIdle ? "active" : "away" });
}

function stateChanged(state: LineState): void {
  line.value = state;
  if (state === "revoked") void leaveForGood();
  if (state === "open") {
    flushOutbox();
    refreshStale();
    void import("../receipts/delivery.ts").then(({ forgetReach }) => forgetReach()).catch(() => undefined);
  }
  if (state === "waiting") helpHiddenOwner();
}

/** The tab that owns the socket may be hidden, and a browser slows its timers down: one that is looked at asks in its place. */
function helpHiddenOwner(): void {
  if (connection?.ownsSocket() !== false || document.visibilityState !== "visible") return;
  setTimeout(() => line.peek() === "waiting" && connection?.retryNow(), backoffMs(2, { baseMs: 1_000, floorMs: 1_000 }));
}

function handle(frame: ServerFrame): void {
  switch (frame.type) {
    case "event":
      return handleEvent(frame);
    case "hello":
      handleTenantHead(frame.tenant_seq);
      return handleHeads(frame.heads, frame.user_seq, connection?.ownsSocket() ?? true);
    case "ping":
      return handleHeads(frame.heads, frame.user_seq, false);
    case "resync":
      if (frame.conversation_id !== null) return resyncSoon(frame.conversation_id);
      rereadOrganisation();
      return reloadList();
    case "typing":
      typing.value = withTyping(typing.peek(), frame.conversation_id, frame.user_id, Date.now() + TYPING_LASTS_MS);
      return;
    case "receipts":
      void import("../receipts/delivery.ts").then(({ takeReceipts }) => takeReceipts(frame), () => undefined);
      return;
    case "presence":
      presence.value = new Map(presence.peek()).set(frame.user_id, frame.state);
      if (frame.status !== undefined) told.value = withStatus(told.peek(), frame.user_id, frame.status);
      return;
    default:
      return;
  }
}

function handleEvent(frame: EventFrame): void {
  if (frame.stream === "user") return handlePersonal(frame);
  if (frame.stream === "tenant") tenantSeq = Math.max(frame.seq, tenantSeq ?? 0);
  const { ready, gap } = cursors.take(frame);
  ready.forEach(apply);
  if (ready.length > 0 && frame.conversation_id !== null) tellDelivered(frame.conversation_id);
  if (gap && frame.conversation_id !== null) void fill(frame.conversation_id);
}

/** Say, a moment later, up to where this device has a conversation; nobody waits for it. */
function tellDelivered(conversationId: Id): void {
  void import("./delivered.ts").then(({ tell }) => tell(conversationId, connection), () => undefined);
}

/** What came while nobody was here is here now. */
function tellUnread(): void {
  for (const item of conversations.peek().byId.values()) {
    if (item.membership !== null && item.unread.messages > 0) tellDelivered(item.id);
  }
}

/** The person's own stream: a jump in it is mended by reading the list again, which holds all that it tells. */
function handlePersonal(frame: EventFrame): void {
  const before = userSeq;
  if (before !== null && frame.seq <= before) return;
  userSeq = frame.seq;
  if (before !== null && frame.seq > before + 1) reloadList();
  else apply(frame);
}

/** What else the person's own stream tells of, to be read again with the list when events of it were missed. */
const readAgain = new Set<() => Promise<boolean>>();

/** Have something read again whenever the person's own events could not be followed; it tells whether it was answered. */
export const whenMissed = (read: () => Promise<boolean>): void => void readAgain.add(read);

async function readMissed(): Promise<boolean> {
  const list = loadConversations().then((isAnswered) => (followAll(), isAnswered));
  const answers = await Promise.all([list, ...[...readAgain].map((read) => read())]);
  return !answers.includes(false);
}

/** The events that told of it are behind. */
const reloadList = (): void => owe("lists", readMissed);

const ORGANISATION_SPREAD_MS = 3_000;

/** What the organisation was told meanwhile was missed. All of its people may come back at once. */
function rereadOrganisation(): void {
  const read = (): Promise<unknown> => import("./organisation.ts").then(({ rereadOrganisation: reread }) => reread(), () => false);
  setTimeout(() => owe("organisation", read), Math.random() * ORGANISATION_SPREAD_MS);
}

function handleTenantHead(head: number): void {
  if (tenantSeq !== null && head > tenantSeq) rereadOrganisation();
  tenantSeq = Math.max(head, tenantSeq ?? 0);
}

function handleHeads(serverHeads: Heads, serverUserSeq: number | null, mayResume: boolean): void {
  for (const [id, seq] of Object.entries(serverHeads)) cursors.raise(id, seq);
  const missedOfMine = userSeq !== null && serverUserSeq !== null && serverUserSeq > userSeq ? userSeq : null;
  if (serverUserSeq !== null && (userSeq === null || !mayResume)) userSeq = Math.max(serverUserSeq, userSeq ?? 0);
  if (mayResume) {
    sendPresence();
    watchAgain();
  } else if (missedOfMine !== null) reloadList();
  const behind = cursors.behind(serverHeads);
  if (!mayResume || behind.length > MOST_RESUMED) {
    behind.forEach((id) => void fill(id));
    return;
  }
  const after = Object.fromEntries(behind.map((id) => [id, cursors.at(id) ?? 0]));
  if (behind.length === 0 && missedOfMine === null) return;
  connection?.send({ type: "resume", after, ...(missedOfMine === null ? {} : { user_after: missedOfMine }) });
}

/** Follow what the list holds; a conversation that moved on while the list was read is filled. */
export function followAll(): void {
  for (const item of conversations.peek().byId.values()) {
    if (item.membership === null) continue;
    if (cursors.at(item.id) === undefined) cursors.follow(item.id, item.last_seq);
    else if (timelineOf(item.id).peek().status === "unloaded") restart(item.id, item.last_seq);
    if ((cursors.at(item.id) ?? 0) < Math.max(item.last_seq, cursors.headOf(item.id))) void fill(item.id);
  }
  tellUnread();
}

function restart(conversationId: Id, seq: number): void {
  if (seq > (cursors.at(conversationId) ?? -1)) cursors.restart(conversationId, seq).forEach(apply);
}

async function refetch(conversationId: Id): Promise<void> {
  const item = await refreshConversation(conversationId);
  if (item !== null) restart(conversationId, item.last_seq);
}

/** Fetch what is missing between a conversation's cursor and its head. */
export async function fill(conversationId: Id, attempt = 0): Promise<void> {
  if (filling.has(conversationId)) return;
  filling.add(conversationId);
  try {
    if (timelineOf(conversationId).peek().status === "unloaded") await refetch(conversationId);
    else await fillEvents(conversationId);
  } catch (error) {
    retryFill(conversationId, error, attempt);
  } finally {
    filling.delete(conversationId);
  }
}

function retryFill(conversationId: Id, error: unknown, attempt: number): void {
  if (!(error instanceof Refused)) throw error;
  if (!error.isPassing) return dropConversation(conversationId);
  setTimeout(() => void fill(conversationId, attempt + 1), backoffMs(attempt, { floorMs: error.retryAfterMs ?? 200 }));
}

async function fillEvents(conversationId: Id): Promise<void> {
  for (let page = 0; page < MOST_PAGES; page++) {
    const after_seq = cursors.at(conversationId) ?? 0;
    const path = withQuery(`/conversations/${conversationId}/events`, { after_seq, limit: PAGE });
    const { items } = await ask<Page<EventFrame>>("GET", path);
    batch(() => items.forEach((frame) => cursors.take(frame).ready.forEach(apply)));
    // Old entries may be gone from the journal: a gap that nothing will fill.
    const last = items.at(-1)?.seq ?? cursors.headOf(conversationId);
    if ((cursors.at(conversationId) ?? 0) < last) break;
    if (items.length < PAGE) return;
  }
  await resync(conversationId);
}

const resyncSoon = (conversationId: Id): void => owe(`resync ${conversationId}`, () => resync(conversationId));

/** Too much was missed to replay: take the conversation as it is now. */
async function resync(conversationId: Id): Promise<void> {
  await refetch(conversationId);
  rereadTimeline(conversationId);
  pinsChanged(conversationId);
  membersChanged(conversationId);
}
