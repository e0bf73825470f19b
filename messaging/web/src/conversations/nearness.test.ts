import assert from "node:assert/strict";
import { test } from "node:test";
import { nearness } from "./nearness.ts";

test("the beginning is nearer than a word, a word than a part, a part than scattered letters", () => {
  const order = ["lamp orders", "old lamps", "clamps", "long amber port"].map((name) => nearness(name, "lamp"));
  assert.deepEqual(order, [...order].sort((a, b) => b - a));
  assert.ok(order.every((near) => near > 0));
});

test("accents and case do not matter, other letters do", () => {
  assert.equal(nearness("Éléonore", "eleo"), 4);
  assert.equal(nearness("general", "xyz"), 0);
  assert.equal(nearness("a very long name of a channel, quite", "aq"), 0);
});
