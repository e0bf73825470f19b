import { effect } from "@preact/signals";
import type { DBSchema, IDBPDatabase } from "idb";
import type { Conversation, Id, Me, Message, User } from "../contract/types.ts";
import { route } from "../app/route.ts";
import { conversations, replacedBy } from "../conversations/store.ts";
import { timelineOf, type Timeline } from "../messages/store.ts";
import { me, people, remember } from "../people/store.ts";
import { later } from "./later.ts";
import { wipeOthers } from "./wipe.ts";

/** A history as it was when it was last seen. */
export interface KeptTimeline {
  id: Id;
  at: number;
  hasOlder: boolean;
  roots: Message[];
  threads: [Id, Message[]][];
}

interface Kept extends DBSchema {
  state: { key: "me" | "conversations" | "people"; value: Me | Conversation[] | User[] };
  timelines: { key: Id; value: KeptTimeline; indexes: { at: number } };
}

const LAST_PERSON = "last-person";
const MOST_TIMELINES = 40;
const MOST_ROOTS = 150;
const TIMELINE_AFTER_MS = 1_000;
const LISTS_AFTER_MS = 4_000;
const FIRST_LISTS_AFTER_MS = 300;

let listsAfterMs = FIRST_LISTS_AFTER_MS;
let opened: Promise<IDBPDatabase<Kept> | null> | null = null;

function store(userId: Id): Promise<IDBPDatabase<Kept> | null> {
  opened ??= import("idb").then(({ openDB }) => openDB<Kept>(`chancery-kept-${userId}`, 1, {
    upgrade(database) {
      database.createObjectStore("state");
      database.createObjectStore("timelines", { keyPath: "id" }).createIndex("at", "at");
    },
    // Signing out in another tab deletes the database: this one must not stand in the way.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })).catch(() => null);
  return opened;
}

/**
 * Who used this browser last, with the lists as they were; null when nobody did. For a start without a network.
 */
export async function recall(): Promise<Me | null> {
  const userId = localStorage.getItem(LAST_PERSON);
  if (userId === null) return null;
  const database = await store(userId);
  const person = (await database?.get("state", "me")) as Me | undefined;
  const list = (await database?.get("state", "conversations")) as Conversation[] | undefined;
  // Without the list nothing could be said but that there is none, which is not so.
  if (database === null || person === undefined || list === undefined) return null;
  remember(((await database.get("state", "people")) ?? []) as User[]);
  conversations.value = replacedBy(conversations.peek(), list);
  return person;
}

/** A history as it was when it was last seen in this browser. */
export async function recallTimeline(conversationId: Id): Promise<KeptTimeline | null> {
  const database = await opened;
  return (await database?.get("timelines", conversationId).catch(() => undefined)) ?? null;
}

/** From now on keep what is seen, so that it can be read without a network. */
export async function startKeeping(person: Me): Promise<void> {
  localStorage.setItem(LAST_PERSON, person.id);
  void wipeOthers(person.id);
  const database = await store(person.id);
  if (database === null) return;
  effect(() => later("me", 0, me.value, (value) => database.put("state", value, "me")));
  effect(() => later("people", listsAfterMs, people.value, (value) => database.put("state", [...value.values()], "people")));
  effect(() => later("conversations", listsAfterMs, conversations.value, (value) => keepConversations(database, [...value.byId.values()])));
  // Who loses the network in the first seconds has the lists all the same.
  setTimeout(() => (listsAfterMs = LISTS_AFTER_MS), LISTS_AFTER_MS);
  effect(() => {
    const id = route.value.conversationId;
    if (id !== null) later(id, TIMELINE_AFTER_MS, timelineOf(id).value, (value) => keepTimeline(database, id, value));
  });
}

/** The list, and no history of a conversation that is not in it any more. */
async function keepConversations(database: IDBPDatabase<Kept>, items: Conversation[]): Promise<void> {
  if (conversations.peek().status !== "ready") return;
  await database.put("state", items, "conversations");
  const known = new Set(items.map(({ id }) => id));
  for (const id of await database.getAllKeys("timelines")) if (!known.has(id)) await database.delete("timelines", id);
}

/** Messages that are not there any more are not kept either. */
export async function forgetMessages(conversationId: Id, ids: readonly Id[]): Promise<void> {
  const database = await opened;
  const kept = await database?.get("timelines", conversationId);
  if (database == null || kept === undefined) return;
  const stays = (message: Message): boolean => !ids.includes(message.id);
  const threads = kept.threads.filter(([rootId]) => !ids.includes(rootId)).map(([rootId, replies]): [Id, Message[]] => [rootId, replies.filter(stays)]);
  await database.put("timelines", { ...kept, roots: kept.roots.filter(stays), threads });
}

async function keepTimeline(database: IDBPDatabase<Kept>, id: Id, { status, roots, threads, hasOlder, hasNewer }: Timeline): Promise<void> {
  if (status === "unloaded") return void (await database.delete("timelines", id));
  // In the middle of the history nothing new is kept: offline one reads on from the end.
  if (status !== "ready" || hasNewer) return;
  const last = roots.slice(-MOST_ROOTS);
  const replies = [...threads].filter(([, thread]) => thread.status === "ready").map(([rootId, thread]): [Id, Message[]] => [rootId, [...thread.replies]]);
  await database.put("timelines", { id, at: Date.now(), hasOlder: hasOlder || last.length < roots.length, roots: last, threads: replies });
  const all = await database.getAllKeysFromIndex("timelines", "at");
  for (const old of all.slice(0, Math.max(0, all.length - MOST_TIMELINES))) await database.delete("timelines", old);
}
