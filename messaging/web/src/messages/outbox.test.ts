import assert from "node:assert/strict";
import { test } from "node:test";
import { again, drop, due, failed, postponed, put, type OutboxEntry } from "./outbox.ts";

function entry(key: string, given: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    key,
    conversation_id: "c1",
    thread_id: null,
    also_in_conversation: false,
    text: key,
    created_at: `2026-01-01T00:00:0${key.slice(-1)}.000Z`,
    attempts: 0,
    state: "sending",
    error: null,
    ...given,
  };
}

const keys = (entries: readonly OutboxEntry[]): string[] => entries.map(({ key }) => key);

test("one entry per conversation is due, the oldest first", () => {
  const entries = [entry("k2"), entry("k1"), entry("k3", { conversation_id: "c2" })].reduce<OutboxEntry[]>(put, []);
  assert.deepEqual(keys(due(entries)), ["k1", "k3"]);
});

test("an entry that failed for good does not hold up those behind it", () => {
  const entries = [failed(entry("k1"), "too long"), entry("k2")];
  assert.deepEqual(keys(due(entries)), ["k2"]);
});

test("an entry that may succeed later stays first in line and counts its attempts", () => {
  const entries = put([entry("k1"), entry("k2")], postponed(entry("k1")));
  assert.deepEqual(keys(due(entries)), ["k1"]);
  assert.equal(entries[0]?.attempts, 1);
});

test("trying again keeps the key, so that the server can tell", () => {
  const retried = again(failed(entry("k1"), "no"));
  assert.equal(retried.key, "k1");
  assert.equal(retried.state, "sending");
});

test("an acknowledged key is dropped once, another is left alone", () => {
  assert.deepEqual(keys(drop([entry("k1"), entry("k2")], "k1")), ["k2"]);
  assert.deepEqual(keys(drop([entry("k1")], "k9")), ["k1"]);
});
