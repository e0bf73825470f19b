import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation } from "../contract/types.ts";
import { changed, channelOrder, conversations, grouped, replacedBy, sections, unreadTotal, withFacts, withHead, without, type Conversations } from "./store.ts";

const EMPTY: Conversations = { status: "loading", byId: new Map() };

function conversation(id: string, given: Partial<Conversation> = {}): Conversation {
  return {
    id, kind: "public", name: id, topic: "", purpose: "", archived_at: null, created_at: "2026-01-01T00:00:00Z", created_by_id: null,
    last_seq: 5, member_count: 2, member_ids: [], last_message_at: null, posting: "everyone", replying: "everyone", history: "all", history_days: null, response_minutes: null, review_on: null, membership: { role: "member", read_seq: 5, joined_at: "", may_post: false, section_id: null, position: null, is_favourite: false, is_muted: false },
    unread: { messages: 0, mentions: 0 }, can: { post: true, reply: true, edit: true, invite: true, archive: true, manage: false, move_own: true, move_own_hours: 24, move_others: false },
    ...given,
  };
}

const ids = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

test("channels stand by name, numbers by their value, direct conversations by what was said last", () => {
  const state = replacedBy(EMPTY, [
    conversation("room 10"), conversation("room 9"), conversation("Archive"),
    conversation("quiet", { kind: "direct", last_message_at: "2026-01-02T00:00:00Z" }),
    conversation("lively", { kind: "direct", last_message_at: "2026-01-03T00:00:00Z" }),
  ]);
  const { channels, directs } = grouped(state, channelOrder(state));
  assert.deepEqual(ids(channels), ["Archive", "room 9", "room 10"]);
  assert.deepEqual(ids(directs), ["lively", "quiet"]);
});

test("what is archived or not mine is not in the sidebar", () => {
  const state = replacedBy(EMPTY, [conversation("a", { archived_at: "2026-01-01T00:00:00Z" }), conversation("b", { membership: null })]);
  assert.deepEqual(channelOrder(state), []);
});

test("the sidebar follows new counts without sorting, and new names by sorting", () => {
  conversations.value = replacedBy(EMPTY, [conversation("a"), conversation("b")]);
  assert.deepEqual(ids(sections.value.channels), ["a", "b"]);

  conversations.value = changed(conversations.value, "a", (item) => ({ ...item, unread: { messages: 3, mentions: 0 } }));
  assert.equal(sections.value.channels[0]?.unread.messages, 3);

  conversations.value = changed(conversations.value, "a", (item) => ({ ...item, name: "z" }));
  assert.deepEqual(ids(sections.value.channels), ["b", "a"]);
  conversations.value = without(conversations.value, "b");
  assert.deepEqual(ids(sections.value.channels), ["a"]);
});

test("an event's facts leave what is the person's own, and a head never goes back", () => {
  const state = replacedBy(EMPTY, [conversation("a", { unread: { messages: 2, mentions: 1 }, last_seq: 9 })]);
  const { membership, unread, can, ...facts } = conversation("a", { topic: "new", last_seq: 7 });
  const item = withHead(withFacts(state, facts), "a", 8).byId.get("a");
  assert.equal(item?.topic, "new");
  assert.deepEqual(item?.unread, { messages: 2, mentions: 1 });
  assert.equal(item?.last_seq, 9);
  assert.ok(membership && unread && can);
});

test("what is muted adds to the window's title only where it calls on the person", () => {
  const muted = (id: string, mentions: number): Conversation => {
    const item = conversation(id, { unread: { messages: 4, mentions } });
    return { ...item, membership: item.membership && { ...item.membership, is_muted: true } };
  };
  conversations.value = replacedBy(EMPTY, [conversation("a", { unread: { messages: 2, mentions: 0 } }), muted("b", 0), muted("c", 1)]);
  assert.deepEqual(unreadTotal.value, { messages: 2, mentions: 1 });
});

test("what is said to somebody alone counts in the window's title as a call on them, unless it is muted", () => {
  const direct = (id: string, is_muted: boolean): Conversation => {
    const item = conversation(id, { kind: "direct", unread: { messages: 3, mentions: 0 } });
    return { ...item, membership: item.membership && { ...item.membership, is_muted } };
  };
  conversations.value = replacedBy(EMPTY, [direct("a", false), direct("b", true)]);
  assert.deepEqual(unreadTotal.value, { messages: 3, mentions: 3 });
});

test("what was told of while the list was asked for stays as it is known here, and what is gone stays only where it was told of", () => {
  const before = replacedBy(EMPTY, [conversation("told", { last_seq: 9 }), conversation("older"), conversation("gone")]);
  const after = replacedBy(before, [conversation("told", { last_seq: 5 }), conversation("older", { last_seq: 6 })], ["told", "unknown"]);
  assert.equal(after.byId.get("told")?.last_seq, 9);
  assert.equal(after.byId.get("older")?.last_seq, 6);
  assert.deepEqual([...after.byId.keys()], ["told", "older"]);
});
