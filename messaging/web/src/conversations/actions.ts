import { batch } from "@preact/signals";
import type { Conversation, Id } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { navigate, route } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";
import { cursors } from "../live/cursors.ts";
import { Meanwhile } from "../live/meanwhile.ts";
import { owe } from "../live/owed.ts";
import { rereadTimeline } from "../messages/actions.ts";
import { timelineOf, UNLOADED } from "../messages/store.ts";
import { titleOf } from "../people/store.ts";
import { act } from "../transport/acts.ts";
import { ask, askAll, Refused } from "../transport/http.ts";
import { conversations, replacedBy, withConversation, without } from "./store.ts";

const MOST_CONVERSATIONS = 5_000;
const MOST_READINGS = 5;

/** Conversations that were told of while the list was read. */
const meanwhile = new Meanwhile();

/** Read the whole sidebar. A failure leaves what was there and says so where nothing was. */
export function loadConversations(): Promise<boolean> {
  return meanwhile.during(async (told) => {
    try {
      const items = await askAll<Conversation>("/me/conversations", MOST_CONVERSATIONS);
      for (const item of items) if (conversations.peek().byId.has(item.id) && isBehind(item)) told.add(item.id);
      conversations.value = replacedBy(conversations.peek(), items, told);
      told.forEach(rereadConversation);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (conversations.peek().byId.size === 0) conversations.value = { ...conversations.peek(), status: "error" };
      return false;
    }
  });
}

interface Reading {
  isStale: boolean;
  result: Promise<Conversation | null>;
}

/** What is being read now; an event that comes meanwhile may not be in the answer, and then it is read once more. */
const readings = new Map<Id, Reading>();

/**
 * One of the person's own events tells of a conversation, without a number that an answer could be compared with: what is under way
 * may be older. Returns what is to be done once the event is applied.
 */
export function overtaken(id: Id): (() => void) | null {
  meanwhile.tell(id);
  return readings.has(id) ? () => rereadConversation(id) : null;
}

/** Read one conversation again; null when this person cannot see it (any more). */
export function refreshConversation(id: Id): Promise<Conversation | null> {
  const current = readings.get(id);
  if (current !== undefined) {
    current.isStale = true;
    return current.result;
  }
  const reading: Reading = { isStale: false, result: Promise.resolve(null) };
  readings.set(id, reading);
  reading.result = readUntilFresh(id, reading).finally(() => readings.delete(id));
  return reading.result;
}

/** An event says that one conversation is to be read again: until there is an answer, since no other will say so. */
export const rereadConversation = (id: Id): void => owe(`conversation ${id}`, () => refreshConversation(id));

/** Whether events have come that an answer does not know of; of a conversation that is new here they cannot be applied. */
function isBehind({ id, last_seq: seq }: Conversation): boolean {
  return seq < Math.max(conversations.peek().byId.get(id)?.last_seq ?? 0, cursors.headOf(id));
}

async function readUntilFresh(id: Id, reading: Reading): Promise<Conversation | null> {
  for (let attempt = 1; ; attempt++) {
    reading.isStale = false;
    const item = await readOnce(id);
    if ((!reading.isStale && (item === null || !isBehind(item))) || attempt === MOST_READINGS) {
      if (item !== null) put(item);
      return item;
    }
  }
}

async function readOnce(id: Id): Promise<Conversation | null> {
  try {
    return await ask<Conversation>("GET", `/conversations/${id}`);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    dropConversation(id);
    return null;
  }
}

/** Take a conversation as an answer has it; where events have come meanwhile that it does not know of, it is read again. */
export function keep(item: Conversation): void {
  if (isBehind(item)) rereadConversation(item.id);
  else put(item);
}

function put(item: Conversation): void {
  meanwhile.tell(item.id);
  conversations.value = withConversation(conversations.peek(), item);
  if (item.membership === null || cursors.at(item.id) !== undefined) return;
  cursors.follow(item.id, item.last_seq);
  // Looked at before it was followed: what has happened since, no event has told.
  rereadTimeline(item.id);
}

/** A conversation is out of this person's sight: nothing of it stays in memory. */
export function dropConversation(id: Id): void {
  const item = conversations.peek().byId.get(id);
  batch(() => {
    forget(id);
    // Who opened the address of a conversation they are not in is told so; nothing is taken away.
    if (item === undefined || route.peek().conversationId !== id) return;
    navigate({}, { replace: true });
    if (departing.has(id)) return;
    toast(t("You are no longer in {name}.", { name: titleOf(item) }));
  });
}

/** Whoever leaves is not told that they are no longer in it. */
export const departing = new Set<Id>();

/** Nothing of a conversation stays in memory. */
export function forget(id: Id): void {
  meanwhile.tell(id);
  cursors.forget(id);
  conversations.value = without(conversations.peek(), id);
  timelineOf(id).value = UNLOADED;
}

/** Join a public channel and open it. */
export async function join(id: Id): Promise<void> {
  if (await joinQuietly(id, () => join(id))) navigate({ conversationId: id });
}

/** Join a public channel and stay where one is. */
export async function joinQuietly(id: Id, again: () => unknown = () => joinQuietly(id)): Promise<boolean> {
  try {
    keep(await act<Conversation>("POST", `/conversations/${id}/join`));
    return true;
  } catch (error) {
    complain(error, again);
    return false;
  }
}
