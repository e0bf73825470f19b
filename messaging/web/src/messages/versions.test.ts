import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "./example.ts";
import { versionsOf } from "./versions.ts";

test("each version knows the words before it, the latest first", () => {
  const revisions = [
    { number: 1, text: "one", edited_by_id: "ana", created_at: "2026-01-05T10:00:00Z" },
    { number: 2, text: "two", edited_by_id: "ana", created_at: "2026-01-05T11:00:00Z" },
  ];
  const steps = versionsOf(message(1, { text: "three" }), revisions);
  assert.deepEqual(steps.map(({ before, text }) => [before, text]), [["two", "three"], ["one", "two"], [null, "one"]]);
  assert.equal(steps[0]?.at, "2026-01-05T11:00:00Z");
  assert.equal(steps[2]?.at, message(1).created_at);
});

test("a deletion that was taken back is no version", () => {
  const revisions = [{ number: 1, text: "one", edited_by_id: "ana", created_at: "2026-01-05T10:00:00Z" }];
  assert.equal(versionsOf(message(1, { text: "one" }), revisions).length, 1);
});
