import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import { readSteadily } from "./steady.ts";

test("an answer counts when nothing was told of meanwhile", async () => {
  let asked = 0;
  assert.equal(await readSteadily(signal(0), async () => ++asked), 1);
});

test("what changed while it was asked for is asked for again, three times at most", async () => {
  const store = signal(0);
  let asked = 0;
  assert.equal(await readSteadily(store, async () => (asked++ === 0 && (store.value += 1), asked)), 2);
  asked = 0;
  assert.equal(await readSteadily(store, async () => ((store.value += 1), ++asked)), 3);
});
