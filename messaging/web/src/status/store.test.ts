import assert from "node:assert/strict";
import { test } from "node:test";
import { standing } from "./store.ts";

const NOW = Date.parse("2026-01-05T12:00:00Z");
const LATER = "2026-01-05T13:00:00Z";
const BEFORE = "2026-01-05T11:00:00Z";
const given = { emoji: "🏠", text: "at home", expires_at: null, dnd_until: null };

test("a status without an end stands", () => {
  assert.deepEqual(standing(given, NOW), given);
});

test("what has expired is not said any more", () => {
  assert.equal(standing({ ...given, expires_at: BEFORE }, NOW), null);
  assert.equal(standing(null, NOW), null);
  assert.equal(standing({ ...given, emoji: "", text: "" }, NOW), null);
});

test("not to be disturbed ends by itself, whatever the words do", () => {
  assert.deepEqual(standing({ ...given, expires_at: BEFORE, dnd_until: LATER }, NOW), { emoji: "", text: "", expires_at: BEFORE, dnd_until: LATER });
  assert.equal(standing({ ...given, dnd_until: BEFORE }, NOW)?.dnd_until, null);
});
