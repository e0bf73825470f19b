import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "./example.ts";
import { find, MOST_ROWS, opened, type Timeline, UNLOADED, withMessage, withMoved, withNewer, withOlder, withoutMessages, withReactions, withReplies, withReplyCounted, withThreadStatus } from "./store.ts";

const seqs = (timeline: Timeline): number[] => timeline.roots.map(({ seq }) => seq);

function loaded(from: number, to: number, given: Partial<Timeline> = {}): Timeline {
  const items = Array.from({ length: to - from + 1 }, (_, index) => message(to - index));
  return { ...opened(UNLOADED, { items, hasOlder: false, hasNewer: false, asOf: to }), ...given };
}

test("a page that comes newest first is shown oldest first", () => {
  assert.deepEqual(seqs(loaded(1, 4)), [1, 2, 3, 4]);
});

test("a new message goes to the end, and the same one twice stays one", () => {
  const once = withMessage(loaded(1, 2), message(3), 3);
  const twice = withMessage(once, message(3), null);
  assert.deepEqual(seqs(twice), [1, 2, 3]);
});

test("a message that arrives while the first page is on its way is not lost", () => {
  const waiting: Timeline = { ...UNLOADED, status: "loading" };
  const early = withMessage(waiting, message(6), 6);
  const timeline = opened(early, { items: [message(5), message(4)], hasOlder: true, hasNewer: false, asOf: 5 });
  assert.deepEqual(seqs(timeline), [4, 5, 6]);
});

test("an old answer does not undo an event", () => {
  const edited = withMessage(loaded(1, 3), message(2, { text: "edited" }), 9);
  const reread = withOlder(edited, [message(2, { text: "before" })], false, 5);
  assert.equal(find(reread, "m2")?.text, "edited");
});

test("an answer asked for after the event wins", () => {
  const edited = withMessage(loaded(1, 3), message(2, { text: "edited" }), 9);
  const reread = withOlder(edited, [message(2, { text: "edited again" })], false, 12);
  assert.equal(find(reread, "m2")?.text, "edited again");
});

test("a window in the middle of history takes no message from beyond its end", () => {
  const middle = loaded(10, 12, { hasNewer: true, hasOlder: true });
  assert.deepEqual(seqs(withMessage(middle, message(50), 50)), [10, 11, 12]);
  assert.deepEqual(seqs(withMessage(middle, message(2), null)), [10, 11, 12]);
});

test("past the cap the far end goes and is marked as loadable", () => {
  const full = loaded(1, MOST_ROWS);
  const grown = withMessage(full, message(MOST_ROWS + 1), MOST_ROWS + 1);
  assert.equal(grown.roots.length, MOST_ROWS);
  assert.equal(grown.roots[0]?.seq, 2);
  assert.equal(grown.hasOlder, true);

  const back = withOlder({ ...grown, hasNewer: false }, [message(1)], false, 1);
  assert.equal(back.roots.length, MOST_ROWS);
  assert.equal(back.roots[0]?.seq, 1);
  assert.equal(back.hasNewer, true);
});

test("a newer page closes the window", () => {
  const timeline = withNewer(loaded(1, 2, { hasNewer: true }), [message(3), message(4)], false, 4);
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4]);
  assert.equal(timeline.hasNewer, false);
});

test("a reply is counted on its root once, and not shown in the history", () => {
  const reply = message(5, { thread_id: "m1", author_id: "bo" });
  const counted = withReplyCounted(withMessage(loaded(1, 2), reply, 5), reply, 5);
  assert.deepEqual(seqs(counted), [1, 2]);
  assert.equal(find(counted, "m1")?.reply_count, 1);
  assert.deepEqual(find(counted, "m1")?.reply_user_ids, ["bo"]);

  const again = withReplyCounted(counted, reply, 5);
  assert.equal(find(again, "m1")?.reply_count, 1);
});

test("a reply sent to the conversation too stands in both", () => {
  const thread = withReplies(withThreadStatus(loaded(1, 2), "m1", "loading"), "m1", [], 2);
  const both = withMessage(thread, message(3, { thread_id: "m1", also_in_conversation: true }), 3);
  assert.deepEqual(seqs(both), [1, 2, 3]);
  assert.deepEqual(both.threads.get("m1")?.replies.map(({ seq }) => seq), [3]);
});

test("an edited root changes at the head of its thread as well", () => {
  const thread = withReplies(loaded(1, 1), "m1", [message(1), message(2, { thread_id: "m1" })], 2);
  const edited = withMessage(thread, message(1, { text: "new words" }), 3);
  assert.equal(edited.threads.get("m1")?.replies[0]?.text, "new words");
  assert.equal(edited.roots[0]?.text, "new words");
});

test("reactions of a message that is not in memory are left to the server", () => {
  const timeline = loaded(1, 2);
  assert.equal(withReactions(timeline, { message_id: "elsewhere", reactions: [] }, 3), timeline);
});

test("a message that was moved into a thread leaves the history, and comes back when it is moved out", () => {
  const root = message(1, { reply_count: 1 });
  const stray = message(2);
  let timeline = opened(UNLOADED, { items: [stray, root], hasOlder: false, hasNewer: false, asOf: 2 });
  timeline = withReplies(timeline, root.id, [root], 2);
  timeline = withMoved(timeline, { ...stray, thread_id: root.id }, 3);
  assert.deepEqual(timeline.roots.map(({ id }) => id), [root.id]);
  assert.deepEqual(timeline.threads.get(root.id)?.replies.map(({ id }) => id), [root.id, stray.id]);
  timeline = withMoved(timeline, stray, 4);
  assert.deepEqual(timeline.roots.map(({ id }) => id), [root.id, stray.id]);
  assert.deepEqual(timeline.threads.get(root.id)?.replies.map(({ id }) => id), [root.id]);
});

test("messages that went to another conversation leave the history, their threads and the threads of others", () => {
  let timeline = loaded(1, 3);
  timeline = withReplies(timeline, "m1", [message(1), message(4, { thread_id: "m1" })], 4);
  timeline = withReplies(timeline, "m2", [message(2), message(5, { thread_id: "m2" }), message(6, { thread_id: "m2" })], 6);
  timeline = withoutMessages(timeline, ["m1", "m4", "m5"]);
  assert.deepEqual(seqs(timeline), [2, 3]);
  assert.equal(timeline.threads.has("m1"), false);
  assert.deepEqual(timeline.threads.get("m2")?.replies.map(({ seq }) => seq), [2, 6]);
});
