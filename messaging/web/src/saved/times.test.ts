import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldOf, morningIn, presets, timeIn, untilMonday } from "./times.ts";

const FRIDAY = new Date(2026, 10, 20, 22, 15, 30);
const SUNDAY = new Date(2026, 10, 22, 10, 0);

test("presets are whole minutes in the future, in order", () => {
  const times = presets(FRIDAY).map(({ at }) => at);
  assert.deepEqual(times.map((at) => at.getSeconds()), [0, 0, 0, 0, 0]);
  assert.deepEqual([...times].sort((a, b) => a.getTime() - b.getTime()), times);
  assert.equal(times[0]!.getTime() - FRIDAY.getTime() >= 20 * 60_000, true);
});

test("next Monday is never today, and on a Sunday it is tomorrow, offered once", () => {
  assert.equal(untilMonday(FRIDAY), 3);
  assert.equal(untilMonday(new Date(2026, 10, 23, 8)), 7);
  assert.deepEqual(presets(SUNDAY).map(({ id }) => id), ["20m", "1h", "3h", "tomorrow"]);
});

test("a morning is a morning across the end of a month", () => {
  assert.equal(fieldOf(morningIn(new Date(2026, 10, 30, 23), 1)), "2026-12-01T09:00");
});

test("a field gives its time back, and none for what is over or no time", () => {
  assert.equal(timeIn(fieldOf(SUNDAY), FRIDAY)?.getTime(), SUNDAY.getTime());
  assert.equal(timeIn(fieldOf(FRIDAY), SUNDAY), null);
  assert.equal(timeIn("", FRIDAY), null);
});
