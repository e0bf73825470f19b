import assert from "node:assert/strict";
import { test } from "node:test";
import { useZone } from "../app/text.ts";
import { timeAt, wallAt } from "../app/wall.ts";
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

test("times are picked by the clock of the chosen zone, wherever the device is", () => {
  useZone("Asia/Tokyo");
  try {
    const at = new Date("2026-11-20T22:15:00Z");
    assert.equal(fieldOf(at), "2026-11-21T07:15");
    assert.equal(timeIn("2026-11-21T07:15", new Date(0))?.toISOString(), "2026-11-20T22:15:00.000Z");
    assert.equal(morningIn(at, 1).toISOString(), "2026-11-22T00:00:00.000Z");
    assert.equal(untilMonday(at), 2);
  } finally {
    useZone(undefined);
  }
});

test("the clock of a zone is read and set across its changes", () => {
  const zone = "Europe/Berlin";
  const of = (month: number, day: number, hour: number): string => timeAt({ year: 2026, month, day, hour, minute: 30 }, zone).toISOString();
  assert.equal(of(3, 28, 9), "2026-03-28T08:30:00.000Z");
  assert.equal(of(3, 29, 9), "2026-03-29T07:30:00.000Z");
  assert.equal(of(3, 29, 1), "2026-03-29T00:30:00.000Z");
  assert.equal(of(10, 25, 9), "2026-10-25T08:30:00.000Z");
  assert.equal(of(10, 32, 9), "2026-11-01T08:30:00.000Z");
  assert.deepEqual(wallAt(new Date("2026-03-29T01:00:00Z"), zone), { year: 2026, month: 3, day: 29, hour: 3, minute: 0, weekday: 0 });
});
