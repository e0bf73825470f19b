import assert from "node:assert/strict";
import { test } from "node:test";
import type { Known } from "../conversations/store.ts";
import { message } from "../messages/example.ts";
import { afterCreated, afterMention, MOST_UNREAD, readUpTo } from "./store.ts";

function conversation(given: Partial<Known> = {}): Known {
  return {
    id: "c1", kind: "public", name: "general", topic: "", purpose: "", archived_at: null, created_at: "", created_by_id: null,
    last_seq: 10, member_count: 2, member_ids: [], last_message_at: null, posting: "everyone", replying: "everyone", history: "all", history_days: null, response_minutes: null, review_on: null, membership: { role: "member", read_seq: 10, joined_at: "", may_post: false, section_id: null, position: null, is_favourite: false, is_muted: false },
    unread: { messages: 0, mentions: 0 }, can: { post: true, reply: true, edit: true, invite: true, archive: true, manage: false, move_own: true, move_own_hours: 24, move_others: false }, counted_seq: 10,
    ...given,
  };
}

test("a message of somebody else is unread, my own is not", () => {
  assert.equal(afterCreated(conversation(), message(11, { author_id: "bo" }), "me").unread.messages, 1);
  assert.equal(afterCreated(conversation(), message(11, { author_id: "me" }), "me").unread.messages, 0);
});

test("a reply is its thread's to count unless it was sent to the conversation too, and lines of the system count nowhere", () => {
  const after = (given: object): number => afterCreated(conversation(), message(11, { author_id: "bo", ...given }), "me").unread.messages;
  assert.equal(after({ thread_id: "m1" }), 0);
  assert.equal(after({ thread_id: "m1", also_in_conversation: true }), 1);
  assert.equal(after({ kind: "system" }), 0);
});

test("what the server has counted already is not counted again", () => {
  const known = conversation({ counted_seq: 12, last_seq: 12, unread: { messages: 2, mentions: 1 } });
  assert.equal(afterCreated(known, message(12, { author_id: "bo" }), "me").unread.messages, 2);
  assert.equal(afterMention(known, 12).unread.mentions, 1);
  assert.equal(afterMention(known, 13).unread.mentions, 2);
});

test("a message behind the cursor changes no count", () => {
  assert.equal(afterCreated(conversation(), message(9, { author_id: "bo" }), "me").unread.messages, 0);
});

test("counts stop where the server's stop", () => {
  const full = conversation({ unread: { messages: MOST_UNREAD, mentions: 0 } });
  assert.equal(afterCreated(full, message(11, { author_id: "bo" }), "me").unread.messages, MOST_UNREAD);
});

test("reading to the end leaves nothing unread, reading less is left to the server", () => {
  const unread = conversation({ last_seq: 14, unread: { messages: 4, mentions: 2 } });
  assert.deepEqual(readUpTo(unread, 14).unread, { messages: 0, mentions: 0 });
  assert.equal(readUpTo(unread, 12), unread);
});
