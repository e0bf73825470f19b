import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "./example.ts";
import type { OutboxEntry } from "./outbox.ts";
import { rowsOf, type Row } from "./rows.ts";

const shown = { roots: [], pending: [], hasOlder: false, hasNewer: false, newAfter: null, me: "me" };
const kinds = (rows: Row[]): string[] => rows.map(({ kind }) => kind);

test("days separate, authors group, and a pause breaks the group", () => {
  const later = { created_at: "2026-01-05T11:00:00Z" };
  const rows = rowsOf({ ...shown, roots: [message(1), message(2), message(3, { author_id: "bo" }), message(4, { author_id: "bo", ...later }), message(5, { created_at: "2026-01-09T11:00:00Z" })] });
  assert.deepEqual(kinds(rows), ["start", "day", "message", "message", "message", "message", "day", "message"]);
  assert.deepEqual(rows.flatMap((row) => (row.kind === "message" ? [row.isGrouped] : [])), [false, true, false, false, false]);
});

test("the line above what is new stands before the first message of somebody else past the cursor", () => {
  const rows = rowsOf({ ...shown, newAfter: 1, roots: [message(1), message(2, { author_id: "me" }), message(3)] });
  assert.deepEqual(kinds(rows), ["start", "day", "message", "message", "new", "message"]);
});

test("an entry whose message has arrived is not drawn again, and keeps its row", () => {
  const entry: OutboxEntry = { key: "k9", conversation_id: "c1", thread_id: null, also_in_conversation: false, text: "hi", created_at: "2026-01-05T09:00:09.000Z", attempts: 0, state: "sending", error: null };
  const before = rowsOf({ ...shown, roots: [message(1)], pending: [entry] });
  const after = rowsOf({ ...shown, roots: [message(1), message(9, { author_id: "me" })], pending: [entry] });
  assert.equal(before.at(-1)?.kind, "pending");
  assert.equal(after.at(-1)?.kind, "message");
  assert.equal(after.at(-1)?.key, before.at(-1)?.key);
  assert.equal(after.length, before.length);
});

test("a window that does not reach the end shows neither the end nor what is unsent", () => {
  assert.deepEqual(kinds(rowsOf({ ...shown, hasOlder: true, hasNewer: true, roots: [message(1)] })), ["day", "message", "newer"]);
});

test("what was moved here stands under the day it came, and begins a group of its own", () => {
  const old = { created_at: "2026-01-01T09:00:00Z", moved: { by_id: "ana", at: "2026-01-05T09:00:02Z", from_id: "c2" } };
  const rows = rowsOf({ ...shown, roots: [message(1), message(2, old), message(3, { ...old, created_at: "2026-01-01T09:00:10Z" }), message(4)] });
  assert.deepEqual(kinds(rows), ["start", "day", "message", "message", "message", "message"]);
  assert.deepEqual(rows.flatMap((row) => (row.kind === "message" ? [row.isGrouped] : [])), [false, false, true, false]);
});

test("a line of the system that was taken back is not drawn", () => {
  const rows = rowsOf({ ...shown, roots: [message(1), message(2, { kind: "system", subtype: "moved_away", text: null, deleted_at: "2026-01-05T09:01:00Z" })] });
  assert.deepEqual(kinds(rows), ["start", "day", "message"]);
});

test("who came and went one after the other is one line, within a day and on one side of what is new", () => {
  const line = (seq: number, given: Partial<Parameters<typeof message>[1]> = {}) => message(seq, { kind: "system", subtype: "joined", text: null, ...given });
  const rows = rowsOf({ ...shown, newAfter: 4, roots: [line(1), line(2, { subtype: "channel_leave" }), line(3, { subtype: "topic", text: "x" }), line(4), line(5), line(6, { subtype: "added", text: "bo" }), message(7), line(8), line(9, { created_at: "2026-01-09T11:00:00Z" })] });
  assert.deepEqual(kinds(rows), ["start", "day", "comings", "message", "message", "new", "comings", "message", "message", "day", "message"]);
  assert.deepEqual(rows.flatMap((row) => (row.kind === "comings" ? [row.messages.map(({ seq }) => seq)] : [])), [[1, 2], [5, 6]]);
});
