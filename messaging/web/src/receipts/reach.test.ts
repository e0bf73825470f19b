import assert from "node:assert/strict";
import { test } from "node:test";
import { standingOf, withMarks, withMembers, type Reach } from "./reach.ts";

const EARLY = "2026-01-01T00:00:00Z";
const members = [
  { user_id: "ana", delivered_seq: 9, read_seq: 9, joined_at: EARLY },
  { user_id: "bo", delivered_seq: 4, read_seq: 2, joined_at: EARLY },
  { user_id: "cy", delivered_seq: 0, read_seq: 5, joined_at: EARLY },
];
const given = (marks: Parameters<typeof withMarks>[2] = []): Reach => withMarks(withMembers(new Map(), "c1", members), "c1", marks);
const standing = (state: Reach, seq: number) => standingOf(state.get("c1") ?? new Map(), { author_id: "ana", seq, created_at: "2026-01-02T00:00:00Z" });

test("delivered and seen are said only when true of everyone", () => {
  assert.equal(standing(given(), 2).state, "seen");
  assert.equal(standing(given(), 4).state, "delivered");
  assert.deepEqual(standing(given(), 5), { state: "sent", recipients: 2, delivered: 1, seenBy: ["cy"] });
});

test("what was read has arrived", () => {
  assert.equal(standing(given([{ user_id: "bo", delivered_seq: 5 }]), 5).state, "delivered");
});

test("delivered never goes back, read does", () => {
  const state = given([{ user_id: "cy", delivered_seq: 5 }, { user_id: "bo", delivered_seq: 5, read_seq: 5 }]);
  assert.equal(standing(state, 5).state, "seen");
  const back = withMarks(state, "c1", [{ user_id: "bo", delivered_seq: 1, read_seq: 1 }]);
  assert.equal(standing(back, 5).state, "delivered");
});

test("who joined later is not waited for, and strangers are passed over", () => {
  const state = withMembers(new Map(), "c1", [...members, { user_id: "new", delivered_seq: 0, read_seq: 0, joined_at: "2026-01-03T00:00:00Z" }]);
  assert.equal(standing(state, 2).recipients, 2);
  assert.equal(withMarks(state, "c2", [{ user_id: "bo", read_seq: 9 }]), state);
});
