import assert from "node:assert/strict";
import { test } from "node:test";
import type { Saved } from "../contract/types.ts";
import { message } from "../messages/example.ts";
import { isOpen, listed, withAll, withChanged, withItem, withoutItem, type Later } from "./store.ts";

const NONE: Later = { status: "loading", byId: new Map() };
const item = (id: string, given: Partial<Saved> = {}): Saved => ({ message_id: id, saved_at: `2026-01-0${id}T00:00:00Z`, done_at: null, remind_at: null, reminded_at: null, message: null, ...given });

test("what is due stands first, then the latest", () => {
  const state = withAll(NONE, [item("1"), item("2", { reminded_at: "2026-01-01T00:00:00Z" }), item("3"), item("4", { done_at: "2026-01-05T00:00:00Z" })]);
  assert.deepEqual(listed(state, isOpen).map(({ message_id }) => message_id), ["2", "3", "1"]);
});

test("an entry is replaced by what the server says of it, and goes when it is removed", () => {
  const state = withItem(withAll(NONE, [item("1")]), item("1", { done_at: "2026-01-05T00:00:00Z" }));
  assert.equal(state.byId.get("1")?.done_at, "2026-01-05T00:00:00Z");
  assert.equal(withoutItem(state, "1").byId.size, 0);
  assert.equal(withoutItem(state, "9"), state);
});

test("a message that changes changes in the list, and one that is deleted is not shown until it is back", () => {
  const saved = withAll(NONE, [item("a"), item("b")]);
  const edited = withChanged(saved, message(1, { id: "a", text: "new words" }));
  assert.equal(edited.byId.get("a")?.message?.text, "new words");
  assert.equal(edited.byId.get("b"), saved.byId.get("b"));
  const deleted = withChanged(edited, message(1, { id: "a", text: null, deleted_at: "2026-01-01T00:00:00Z" }));
  assert.equal(deleted.byId.get("a")?.message, null);
  assert.equal(withChanged(deleted, message(1, { id: "a", text: "new words" })).byId.get("a")?.message?.text, "new words");
  assert.equal(withChanged(saved, message(9)), saved);
});
