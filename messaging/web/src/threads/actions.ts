import type { Id, Message, Page, Thread, ThreadWithRoot } from "../contract/types.ts";
import { complain, passOver } from "../app/failure.ts";
import { panel } from "../app/panel.ts";
import { act } from "../transport/acts.ts";
import { ask, Refused } from "../transport/http.ts";
import { Meanwhile } from "../live/meanwhile.ts";
import { owe } from "../live/owed.ts";
import { me } from "../people/store.ts";
import { afterReading, afterReply, threads, withoutThread, withStates, withThread } from "./store.ts";

const PAGE = 50;
const TELL_AFTER_MS = 250;

/** Threads that were told of while one of them, or their list, was read. */
const meanwhile = new Meanwhile();

/** Read which threads are followed, and what is unread in them; without their messages. */
export function loadThreads(): Promise<boolean> {
  return meanwhile.during(async (told) => {
    try {
      const { items } = await ask<Page<Thread>>("GET", "/me/threads/states");
      threads.value = withStates(threads.peek(), items, told);
      rereadKnown(told);
      // The states come without their messages, and the list may stand open.
      if (panel.peek() === "threads") void loadInbox();
      return true;
    } catch (error) {
      passOver(error);
      if (threads.peek().status !== "ready") threads.value = { ...threads.peek(), status: "error" };
      return false;
    }
  });
}

/** Read what the inbox shows: everything unread, and the latest of the rest. Returns the next page's cursor. */
export function loadInbox(cursor: string | null = null): Promise<string | null> {
  return meanwhile.during(async (told) => {
    try {
      const path = `/me/threads?limit=${PAGE}`;
      const [unread, page] = await Promise.all([
        cursor === null ? ask<Page<ThreadWithRoot>>("GET", `${path}&state=unread`) : null,
        ask<Page<ThreadWithRoot>>("GET", cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`),
      ]);
      for (const item of [...(unread?.items ?? []), ...page.items]) threads.value = withThread(threads.peek(), item);
      threads.value = { ...threads.peek(), status: "ready" };
      rereadKnown(told);
      return page.next;
    } catch (error) {
      passOver(error);
      if (threads.peek().roots.size === 0) threads.value = { ...threads.peek(), status: "error" };
      return null;
    }
  });
}

/** Read one thread again as the server has it. */
export const rereadThread = (rootId: Id): void => owe(`thread ${rootId}`, () => refreshThread(rootId));

/** Those of them that are followed; whoever comes to follow another one is told so. */
function rereadKnown(told: Iterable<Id>): void {
  for (const rootId of told) if (threads.peek().byId.has(rootId)) rereadThread(rootId);
}

function refreshThread(rootId: Id): Promise<void> {
  return meanwhile.during(async (told) => {
    try {
      take(await ask<ThreadWithRoot>("GET", `/messages/${rootId}/thread`));
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      threads.value = withoutThread(threads.peek(), rootId);
    }
    if (told.has(rootId)) rereadThread(rootId);
  });
}

function take(thread: ThreadWithRoot): void {
  threads.value = withThread(threads.peek(), thread);
}

/** A reply arrived in some thread. */
export function replyArrived(reply: Message): void {
  if (reply.thread_id === null) return;
  meanwhile.tell(reply.thread_id);
  threads.value = afterReply(threads.peek(), reply, me.peek()?.id);
}

/** A reply was deleted, or is back: how many there are and are unread, the server knows. */
export function replyGone(reply: Message): void {
  if (reply.thread_id === null) return;
  meanwhile.tell(reply.thread_id);
  rereadKnown([reply.thread_id]);
}

/** The person stopped following, here or on another device. */
export function unfollowed(rootId: Id): void {
  meanwhile.tell(rootId);
  threads.value = withoutThread(threads.peek(), rootId);
}

/** Another device has read up to `seq`. */
export function readElsewhere(rootId: Id, seq: number): void {
  meanwhile.tell(rootId);
  const thread = threads.peek().byId.get(rootId);
  if (thread === undefined || thread.read_seq === seq) return;
  if (seq >= thread.last_seq) threads.value = afterReading(threads.peek(), rootId, seq);
  else rereadThread(rootId);
}

export const isFollowed = (rootId: Id): boolean => threads.value.byId.has(rootId);

/** Follow a thread, or stop. */
export async function toggleFollow(rootId: Id): Promise<void> {
  try {
    if (isFollowed(rootId)) {
      await act("DELETE", `/messages/${rootId}/follow`);
      unfollowed(rootId);
    } else take(await act<ThreadWithRoot>("PUT", `/messages/${rootId}/follow`));
  } catch (error) {
    complain(error, () => toggleFollow(rootId));
  }
}

const timers = new Map<Id, number>();

/** The end of a thread is on the screen and looked at: the badge goes at once, the server hears a moment later. */
export function markThreadRead(rootId: Id): void {
  const thread = threads.peek().byId.get(rootId);
  if (thread === undefined || thread.unread === 0) return;
  const seq = thread.last_seq;
  meanwhile.tell(rootId);
  threads.value = afterReading(threads.peek(), rootId, seq);
  clearTimeout(timers.get(rootId));
  timers.set(rootId, setTimeout(() => owe(`thread read ${rootId}`, () => ask("POST", `/messages/${rootId}/thread/read`, { seq })), TELL_AFTER_MS) as unknown as number);
}
