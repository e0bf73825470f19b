import assert from "node:assert/strict";
import { test } from "node:test";
import { isGuest } from "./store.ts";

test("guests of one channel are guests like guests of several", () => {
  assert.deepEqual(["guest", "single_guest", "member", "owner", "bot", undefined].filter(isGuest), ["guest", "single_guest"]);
});
