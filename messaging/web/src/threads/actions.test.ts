import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { ThreadWithRoot } from "../contract/types.ts";
import { message } from "../messages/example.ts";
import { line } from "../live/store.ts";
import { loadThreads, replyArrived, replyGone, rereadThread, unfollowed } from "./actions.ts";
import { threads } from "./store.ts";

const realFetch = globalThis.fetch;
/** Requests that wait for their answer, in the order they were made. */
let waiting: ((answer: unknown) => void)[] = [];

const state = (unread: number, last: number): object => ({ root_id: "r", conversation_id: "c", is_following: true, read_seq: 1, last_seq: last, unread });
const thread = (unread: number, last: number): ThreadWithRoot => ({ ...state(unread, last), root: message(1) }) as ThreadWithRoot;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const unread = (): number | undefined => threads.value.byId.get("r")?.unread;

async function answer(body: unknown): Promise<void> {
  assert.equal(waiting.length, 1);
  waiting.shift()?.(body);
  await settled();
}

beforeEach(() => {
  waiting = [];
  line.value = "open";
  threads.value = { status: "ready", byId: new Map(), roots: new Map() };
  Object.assign(globalThis, { document: { cookie: "" } });
  globalThis.fetch = (() => new Promise<Response>((resolve) => waiting.push((body) => resolve(new Response(JSON.stringify(body), { status: 200 }))))) as typeof fetch;
});
afterEach(() => void (globalThis.fetch = realFetch));

test("a reply that is deleted while its thread is read for the first time is not counted", async () => {
  rereadThread("r");
  replyGone(message(2, { thread_id: "r" }));
  await answer(thread(1, 2));
  await answer(thread(0, 2));
  assert.equal(unread(), 0);
  assert.equal(waiting.length, 0);
});

test("a reply that comes while the threads are read is counted", async () => {
  void loadThreads();
  replyArrived(message(2, { thread_id: "r", author_id: "bo" }));
  await answer({ items: [state(0, 1)], next: null });
  await answer(thread(1, 2));
  assert.equal(unread(), 1);
});

test("a thread that is left while it is read is not followed afterwards", async () => {
  rereadThread("r");
  unfollowed("r");
  await answer(thread(0, 1));
  await answer({ ...thread(0, 1), is_following: false });
  assert.equal(unread(), undefined);
});

test("replies in threads that are not followed ask for nothing", async () => {
  void loadThreads();
  replyArrived(message(5, { thread_id: "other", author_id: "bo" }));
  replyGone(message(5, { thread_id: "other", author_id: "bo" }));
  await answer({ items: [], next: null });
  assert.equal(waiting.length, 0);
});
