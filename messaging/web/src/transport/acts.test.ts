import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { act, actOnce } from "./acts.ts";
import { Refused } from "./http.ts";

type Answer = number | "cut";
let answers: Answer[] = [];
let keys: (string | null)[] = [];
const realFetch = globalThis.fetch;

/** Every wait is over as soon as it begins. */
async function done<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = work.finally(() => (isOver = true));
  end.catch(() => undefined);
  for (let turn = 0; !isOver && turn < 1_000; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(5_000);
  }
  return end;
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  answers = [];
  keys = [];
  Object.assign(globalThis, { document: { cookie: "" } });
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
  globalThis.fetch = (async (_path: string, init: RequestInit) => {
    keys.push(new Headers(init.headers).get("Idempotency-Key"));
    const answer = answers.shift() ?? 200;
    if (answer === "cut") throw new TypeError("Failed to fetch");
    return new Response(answer === 204 ? null : "{}", { status: answer });
  }) as typeof fetch;
});
afterEach(() => {
  globalThis.fetch = realFetch;
  mock.timers.reset();
});

const refusedWith = (status: number) => (error: unknown): boolean => error instanceof Refused && error.status === status;

test("an act that a restart or a change of towers swallowed is done by itself", async () => {
  answers = ["cut", 503, 200];

  assert.deepEqual(await done(act("PUT", "/x")), {});

  assert.equal(keys.length, 3);
});

test("an act is told as not done after three tries, and at once where there is no network", async () => {
  answers = ["cut", "cut", "cut"];
  await assert.rejects(done(act("PUT", "/x")), refusedWith(0));
  assert.equal(keys.length, 3);

  Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
  answers = ["cut"];
  await assert.rejects(done(act("PUT", "/x")), refusedWith(0));
  assert.equal(keys.length, 4);
});

test("what the server refuses is not asked for again", async () => {
  answers = [409];
  await assert.rejects(done(act("POST", "/x")), refusedWith(409));
  assert.equal(keys.length, 1);
});

test("what was taken away without an answer is gone, what never was is not there", async () => {
  answers = ["cut", 404];
  assert.equal(await done(act("DELETE", "/x")), undefined);

  answers = [404];
  await assert.rejects(done(act("DELETE", "/x")), refusedWith(404));
});

test("what is made without an answer keeps its key, by itself and when somebody presses again", async () => {
  answers = ["cut", "cut", "cut", 200, 200];
  await assert.rejects(done(actOnce("/rooms", { name: "a" })), refusedWith(0));
  await done(actOnce("/rooms", { name: "a" }));

  assert.equal(new Set(keys).size, 1);
  assert.notEqual(keys[0], null);

  await done(actOnce("/rooms", { name: "a" }));
  assert.equal(new Set(keys).size, 2);
});

test("another wish has another key, and so has one that was refused for good", async () => {
  answers = [422, 200, 200];
  await assert.rejects(done(actOnce("/rooms", { name: "b" })), refusedWith(422));
  await done(actOnce("/rooms", { name: "b" }));
  await done(actOnce("/rooms", { name: "c" }));

  assert.equal(new Set(keys).size, 3);
});
