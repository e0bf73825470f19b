import assert from "node:assert/strict";
import { test } from "node:test";
import { toggled } from "./store.ts";

test("reacting adds me, reacting again takes me off, and an empty reaction is gone", () => {
  const once = toggled([], "👍", "me");
  assert.deepEqual(once, { reactions: [{ emoji: "👍", user_ids: ["me"], count: 1 }], isAdded: true });
  assert.deepEqual(toggled(once.reactions, "👍", "me"), { reactions: [], isAdded: false });
});

test("others' reactions stay", () => {
  const { reactions } = toggled([{ emoji: "👍", user_ids: ["bo"], count: 1 }], "👍", "me");
  assert.deepEqual(reactions, [{ emoji: "👍", user_ids: ["bo", "me"], count: 2 }]);
});
