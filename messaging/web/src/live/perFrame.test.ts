import assert from "node:assert/strict";
import { test } from "node:test";
import { effect, signal } from "@preact/signals";
import { inOneGo, nextFrame } from "./perFrame.ts";

/** A counter that things are added to, what was drawn of it, and the frames that were asked for. */
function world() {
  const total = signal(0);
  const drawn: number[] = [];
  const frames: (() => void)[] = [];
  effect(() => void drawn.push(total.value));
  const take = inOneGo<number>((item) => {
    if (item < 0) throw new RangeError(String(item));
    total.value = total.peek() + item;
  }, (flush) => frames.push(flush));
  return { drawn, frames, take };
}

test("500 events in one tick are one frame and one drawing", () => {
  const { drawn, frames, take } = world();

  for (let n = 0; n < 500; n += 1) take([1]);

  assert.equal(frames.length, 1);
  assert.deepEqual(drawn, [0]);
  frames[0]?.();
  assert.deepEqual(drawn, [0, 500]);
});

test("what comes after a frame waits for the next", () => {
  const { drawn, frames, take } = world();

  take([1, 2]);
  frames[0]?.();
  take([3]);
  take([4]);

  assert.equal(frames.length, 2);
  frames[1]?.();
  assert.deepEqual(drawn, [0, 3, 10]);
});

test("one that cannot be applied keeps none of the others back", () => {
  const { drawn, frames, take } = world();

  take([1, -1, 2]);
  assert.throws(() => frames[0]?.(), RangeError);

  assert.deepEqual(drawn, [0, 3]);
  take([4]);
  frames[1]?.();
  assert.deepEqual(drawn, [0, 3, 7]);
});

/** A tab that asks for frames, and is given one when the test says so. */
function tab(visibilityState: string) {
  const frames = new Map<number, () => void>();
  Object.assign(globalThis, {
    document: { visibilityState },
    requestAnimationFrame: (run: () => void) => frames.set(frames.size + 1, run).size,
    cancelAnimationFrame: (id: number) => frames.delete(id),
  });
  return frames;
}

test("a tab hidden before its frame takes what came all the same, once", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const frames = tab("visible");
  let taken = 0;

  nextFrame(() => (taken += 1));
  mock.timers.tick(1_000);

  assert.equal(taken, 1);
  assert.equal(frames.size, 0);
});

test("a frame that is drawn takes it, and nothing comes after it", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const frames = tab("visible");
  let taken = 0;

  nextFrame(() => (taken += 1));
  frames.get(1)?.();
  mock.timers.tick(1_000);

  assert.equal(taken, 1);
});
