import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Refused } from "../transport/http.ts";
import { forgive, owe } from "./owed.ts";
import { line } from "./store.ts";

const cut = (): Refused => new Refused(0, null, null);
const busy = (): Refused => new Refused(503, null, 1_000);

/** Answers in turn; the last one for good. */
function asking(...answers: (Error | boolean | null)[]): { ask: () => Promise<boolean | null>; count: () => number } {
  let count = 0;
  const ask = async (): Promise<boolean | null> => {
    const answer = answers[Math.min(count++, answers.length - 1)] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { ask, count: () => count };
}

/** What is due is asked, and what it waits for is answered. */
async function pass(ms: number): Promise<void> {
  await Promise.resolve();
  mock.timers.tick(ms);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  line.value = "open";
});
afterEach(() => {
  forgive("it");
  mock.timers.reset();
});

test("what a busy server refuses is asked again until it answers, and then no more", async () => {
  const { ask, count } = asking(busy(), false, null);
  owe("it", ask);
  await pass(0);
  assert.equal(count(), 1);
  await pass(30_000);
  assert.equal(count(), 2);
  await pass(30_000);
  assert.equal(count(), 3);
  await pass(90_000);
  assert.equal(count(), 3);
});

test("without a network it waits for the line, and asks as soon as that is open", async () => {
  const { ask, count } = asking(cut(), null);
  owe("it", ask);
  await pass(0);
  line.value = "offline";
  await pass(90_000);
  assert.equal(count(), 1);
  line.value = "open";
  await pass(0);
  assert.equal(count(), 2);
});

test("a refusal that will not pass ends it", async () => {
  const { ask, count } = asking(new Refused(404, null, null));
  owe("it", ask);
  await pass(0);
  await pass(90_000);
  assert.equal(count(), 1);
});

test("asked for while it is under way it is asked once more afterwards, however often", async () => {
  const ends: (() => void)[] = [];
  const ask = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  owe("it", ask);
  owe("it", ask);
  owe("it", ask);
  assert.equal(ends.length, 1);
  ends[0]?.();
  await pass(0);
  assert.equal(ends.length, 2);
  ends[1]?.();
  await pass(0);
  assert.equal(ends.length, 2);
});

test("what is forgiven is not asked again", async () => {
  const { ask, count } = asking(busy());
  owe("it", ask);
  await pass(0);
  forgive("it");
  await pass(90_000);
  assert.equal(count(), 1);
});
