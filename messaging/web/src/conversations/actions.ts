import { batch, signal } from "@preact/signals";
import type { ChannelPolicy, Conversation, ConversationKind, Id, Page } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { navigate, route } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";
import { cursors } from "../live/cursors.ts";
import { timelineOf, UNLOADED } from "../messages/store.ts";
import { titleOf } from "../people/store.ts";
import { ask, askAll, Refused, withQuery } from "../transport/http.ts";
import { conversations, replacedBy, withConversation, without } from "./store.ts";

const MOST_CONVERSATIONS = 5_000;
const MOST_OFFERED = 50;
const MOST_READINGS = 5;

/** Read the whole sidebar. A failure leaves what was there and says so where nothing was. */
export async function loadConversations(): Promise<void> {
  try {
    const items = await askAll<Conversation>("/me/conversations", MOST_CONVERSATIONS);
    conversations.value = replacedBy(conversations.peek(), items);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (conversations.peek().byId.size === 0) conversations.value = { ...conversations.peek(), status: "error" };
  }
}

interface Reading {
  isStale: boolean;
  result: Promise<Conversation | null>;
}

/** What is being read now; an event that comes meanwhile may not be in the answer, and then it is read once more. */
const readings = new Map<Id, Reading>();

export const isBeingRead = (id: Id): boolean => readings.has(id);

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

async function readUntilFresh(id: Id, reading: Reading): Promise<Conversation | null> {
  for (let attempt = 1; ; attempt++) {
    reading.isStale = false;
    const item = await readOnce(id);
    const isBehind = item !== null && item.last_seq < (conversations.peek().byId.get(id)?.last_seq ?? 0);
    if ((!reading.isStale && !isBehind) || attempt === MOST_READINGS) {
      if (item !== null) keep(item);
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

function keep(item: Conversation): void {
  conversations.value = withConversation(conversations.peek(), item);
  if (item.membership !== null && cursors.at(item.id) === undefined) cursors.follow(item.id, item.last_seq);
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

function forget(id: Id): void {
  cursors.forget(id);
  conversations.value = without(conversations.peek(), id);
  timelineOf(id).value = UNLOADED;
}

export type Scope = "public" | "open" | "archived";

/** A page of the channels there are, by name. */
export function browse(scope: Scope, q: string, cursor: string | null, signal: AbortSignal): Promise<Page<Conversation>> {
  const path = withQuery("/conversations", { scope, sort: "name", q: q || null, cursor, limit: MOST_OFFERED });
  return ask<Page<Conversation>>("GET", path, undefined, signal);
}

/** Join a public channel and open it. */
export async function join(id: Id): Promise<void> {
  if (await joinQuietly(id)) navigate({ conversationId: id });
}

/** Join a public channel and stay where one is. */
export async function joinQuietly(id: Id): Promise<boolean> {
  try {
    await ask("POST", `/conversations/${id}/join`);
    await refreshConversation(id);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Who is about to leave which channel, where that needs a word: there is no way back, or somebody must take over. */
export const leaving = signal<{ conversation: Conversation; needsSuccessor: boolean } | null>(null);

function askBeforeLeaving(conversation: Conversation, needsSuccessor: boolean): void {
  batch(() => {
    leaving.value = { conversation, needsSuccessor };
    dialog.value = "leave";
  });
}

/** Leave a channel: a public one with a way back, a private one after a question. */
export async function leave(conversation: Conversation): Promise<void> {
  if (conversation.kind === "private") return askBeforeLeaving(conversation, false);
  try {
    await depart(conversation, null);
  } catch (error) {
    if (error instanceof Refused && error.problem?.code === "last_owner") askBeforeLeaving(conversation, true);
    else complain(error);
  }
}

/** Whoever leaves is not told that they are no longer in it. */
const departing = new Set<Id>();

/** Leave now. Throws Refused: the last owner has to name who takes over. */
export async function depart(conversation: Conversation, successorId: Id | null): Promise<void> {
  const { id } = conversation;
  departing.add(id);
  await ask("POST", `/conversations/${id}/leave`, { successor_id: successorId }).finally(() => departing.delete(id));
  batch(() => {
    forget(id);
    if (route.peek().conversationId === id) navigate({}, { replace: true });
  });
  const name = titleOf(conversation);
  if (conversation.kind === "public") toast(t("You have left {name}.", { name }), "plain", { label: t("Undo"), run: () => void join(id) });
  else toast(t("You have left {name}.", { name }));
}

/** Make a group message a private channel. Throws Refused for the form to show. */
export async function convert(id: Id, name: string): Promise<void> {
  keep(await ask<Conversation>("POST", `/conversations/${id}/convert`, { name }));
}

/** Close a channel for new messages, or open it again; both with a way back. */
export async function archive(conversation: Conversation, verb: "archive" | "restore"): Promise<void> {
  const { id } = conversation;
  try {
    await ask("POST", `/conversations/${id}/${verb}`);
    await refreshConversation(id);
    const back = verb === "archive" ? "restore" : "archive";
    const name = titleOf(conversation);
    const words = verb === "archive" ? t("{name} is archived: it can be read, not written in.", { name }) : t("{name} is open again.", { name });
    toast(words, "plain", { label: t("Undo"), run: () => void archive(conversation, back) });
  } catch (error) {
    complain(error);
  }
}

interface NewConversation {
  kind: ConversationKind;
  name?: string;
  topic?: string;
  member_ids?: Id[];
  posting?: Conversation["posting"];
}

/** Which channels this person may make here, and how they are to be called. */
export const channelPolicy = (): Promise<ChannelPolicy> => ask<ChannelPolicy>("GET", "/channel-policy");

/** Make a conversation, or find the direct one that exists, and open it. Throws Refused for the form to show. */
export async function create(wish: NewConversation): Promise<void> {
  const item = await ask<Conversation>("POST", "/conversations", wish);
  keep(item);
  navigate({ conversationId: item.id });
}

/** What an owner may change about a channel. */
export type Rules = Partial<Pick<Conversation, "posting" | "replying" | "history" | "history_days" | "response_minutes" | "review_on">>;

/** Change name, topic, purpose or rules. Throws Refused for the form to show. */
export async function describe(id: Id, change: { name?: string; topic?: string; purpose?: string } & Rules): Promise<void> {
  keep(await ask<Conversation>("PATCH", `/conversations/${id}`, change));
}
