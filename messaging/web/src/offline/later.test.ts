import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { later } from "./later.ts";

/** What was written of a thing that changes every `everyMs`, for ten seconds. */
function written({ mock }: TestContext, what: string, everyMs: number): number[] {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const all: number[] = [];
  for (let at = 0; at < 10_000; at += everyMs) {
    later(what, 1_000, at, async (value) => void all.push(value));
    mock.timers.tick(everyMs);
  }
  return all;
}

test("what changes all the time is written now and then", (context) => {
  assert.deepEqual(written(context, "busy", 500), [2_500, 5_500, 8_500]);
});

test("what is quiet for long enough is written once each time", (context) => {
  assert.deepEqual(written(context, "calm", 5_000), [0, 5_000]);
});
