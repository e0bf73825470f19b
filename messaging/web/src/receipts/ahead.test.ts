import assert from "node:assert/strict";
import { test } from "node:test";
import { goAhead, heard } from "./ahead.ts";

test("the echo of an earlier reading is no mark as unread", () => {
  goAhead("c1", 3);
  assert.equal(heard("c1", 5, 7), "late");
  goAhead("c1", 7);
  assert.equal(heard("c1", 6, 8), "late");
  assert.equal(heard("c1", 8, 8), "late");
});

test("a cursor that goes back behind what the server said is a mark as unread", () => {
  assert.equal(heard("c2", 4, 7), "back");
  goAhead("c2", 7);
  assert.equal(heard("c2", 6, 9), "back");
  goAhead("c2", 6);
  assert.equal(heard("c2", 8, 9), "late");
  assert.equal(heard("c2", 7, 9), "back");
});

test("another device that has read further takes this one along", () => {
  assert.equal(heard("c3", 9, 7), "on");
});
