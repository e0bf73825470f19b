import assert from "node:assert/strict";
import { test } from "node:test";
import type { Thread } from "../contract/types.ts";
import type { Conversations, Known } from "../conversations/store.ts";
import { message } from "../messages/example.ts";
import { afterReading, afterReply, inbox, withRoot, withStates, withThread, type Threads } from "./store.ts";

const NONE: Threads = { status: "loading", byId: new Map(), roots: new Map() };
const state = (id: string, given: Partial<Thread> = {}): Thread => ({ root_id: id, conversation_id: "c1", is_following: true, read_seq: 10, last_seq: 10, unread: 0, ...given });
const member = { id: "c1", membership: {}, archived_at: null } as unknown as Known;
const KNOWN: Conversations = { status: "ready", byId: new Map([["c1", member]]) };

test("a reply of somebody else is unread once, my own is not", () => {
  const before = withStates(NONE, [state("r")]);
  const theirs = afterReply(before, message(11, { thread_id: "r", author_id: "bo" }), "me");
  assert.equal(theirs.byId.get("r")?.unread, 1);
  assert.equal(afterReply(theirs, message(11, { thread_id: "r", author_id: "bo" }), "me"), theirs);
  assert.equal(afterReply(before, message(11, { thread_id: "r", author_id: "me" }), "me").byId.get("r")?.unread, 0);
});

test("a reply in a thread that is not followed changes nothing", () => {
  const before = withStates(NONE, [state("r")]);
  assert.equal(afterReply(before, message(11, { thread_id: "other" }), "me"), before);
  assert.equal(afterReply(before, message(11), "me"), before);
});

test("reading to the end leaves nothing unread, reading less is left to the server", () => {
  const before = withStates(NONE, [state("r", { unread: 2, last_seq: 12 })]);
  assert.equal(afterReading(before, "r", 12).byId.get("r")?.unread, 0);
  assert.equal(afterReading(before, "r", 11), before);
});

test("the inbox shows unread threads first, then the latest reply, and nothing of where one is not", () => {
  let all = NONE;
  for (const [id, unread, at] of [["a", 0, "2026-01-03"], ["b", 1, "2026-01-01"], ["c", 0, "2026-01-02"]] as const) {
    all = withThread(all, { ...state(id, { unread }), root: message(1, { id, last_reply_at: at }) });
  }
  all = withThread(all, { ...state("d", { conversation_id: "left" }), root: message(2, { id: "d" }) });
  assert.deepEqual(inbox(all, KNOWN).map(({ root_id }) => root_id), ["b", "a", "c"]);
  assert.deepEqual(inbox(withThread(all, state("b", { is_following: false })), KNOWN).map(({ root_id }) => root_id), ["a", "c"]);
});

test("the message that a thread hangs on changes with it, and others are not taken in", () => {
  const before = withThread(NONE, { ...state("m1"), root: message(1) });
  assert.equal(withRoot(before, message(1, { text: "new words" })).roots.get("m1")?.text, "new words");
  assert.equal(withRoot(before, message(2)), before);
});
