import assert from "node:assert/strict";
import { test } from "node:test";
import { filtersIn, remembered, suggest, taken, without } from "./query.ts";

const known = { people: ["Bo Lindqvist", "Cy Okafor"], channels: ["general", "leadership"] };
const puts = (q: string): string[] => suggest(q, q.length, known).items.map(({ put }) => put);

test("filters stand out of the words around them", () => {
  assert.deepEqual(filtersIn('plan from:"Bo Lindqvist" -in:general at 12:30').map(({ text }) => text), ['from:"Bo Lindqvist"', "-in:general"]);
  assert.deepEqual(filtersIn("https://from:x"), []);
});

test("a filter is taken out and its spaces with it", () => {
  const q = "plan from:bo has:link soon";
  assert.equal(without(q, filtersIn(q)[0]!), "plan has:link soon");
});

test("names of filters are suggested by their beginnings, alone and after a minus", () => {
  assert.deepEqual(puts("plan fr"), ["from:"]);
  assert.deepEqual(puts("-i"), ["-in:", "-is:"]);
  assert.deepEqual(puts("plan "), []);
  assert.deepEqual(puts("planning"), []);
});

test("values are suggested as they can be read back", () => {
  assert.deepEqual(puts("from:lin"), ['from:"Bo Lindqvist"']);
  assert.deepEqual(puts("from:@c"), ['from:"Cy Okafor"']);
  assert.deepEqual(puts("in:#g"), ["in:general"]);
  assert.deepEqual(puts("has:"), ["has:file", "has:link"]);
  assert.deepEqual(puts("before:y"), ["before:yesterday"]);
  assert.deepEqual(puts("has:file"), []);
});

test("taking a suggestion leaves the caret where one goes on", () => {
  const q = "plan fr";
  const { start, items } = suggest(q, q.length, known);
  assert.deepEqual(taken(q, q.length, start, items[0]!), { q: "plan from:", caret: 10 });
  const value = "from:bo soon";
  const found = suggest(value, 7, known);
  assert.deepEqual(taken(value, 7, found.start, found.items[0]!), { q: 'from:"Bo Lindqvist" soon', caret: 20 });
});

test("the searches of late are each there once", () => {
  assert.deepEqual(remembered(["b", "a"], "a"), ["a", "b"]);
  assert.equal(remembered(["1", "2", "3"], "4", 3).length, 3);
});
