import assert from "node:assert/strict";
import { test } from "node:test";
import { known } from "../conversations/example.ts";
import { arranged, asks, between, placed, shownOf, stepTarget, type Shelf } from "./store.ts";

const own = [{ id: "s1", name: "Work", is_collapsed: false }, { id: "s2", name: "Play", is_collapsed: true }];
const standing = (place: Partial<NonNullable<ReturnType<typeof known>["membership"]>>) => ({ section_id: null, position: null, is_favourite: false, is_muted: false, ...place });
const at = (id: string, place: Parameters<typeof standing>[0] = {}) => placed(known({ id, name: id }), standing(place));
const shape = (shelves: readonly Shelf[]): unknown => shelves.map(({ id, items }) => [id, items.map((item) => item.id).join("")]);

test("everything stands on one shelf, favourites before sections", () => {
  const channels = [at("a"), at("b", { section_id: "s1", position: 2 }), at("c", { section_id: "s1", position: 1 }), at("d", { section_id: "s1", is_favourite: true, position: 1 }), at("e", { section_id: "gone" })];
  assert.deepEqual(shape(arranged({ channels, directs: [at("f", { section_id: "s2", position: 1 }), at("g")] }, own, new Set())), [
    ["favourites", "d"], ["s1", "cb"], ["s2", "f"], ["channels", "ae"], ["directs", "g"],
  ]);
});

test("without favourites there is no heading for them; own sections stay when empty", () => {
  assert.deepEqual(shape(arranged({ channels: [], directs: [] }, own, new Set())), [["s1", ""], ["s2", ""], ["channels", ""], ["directs", ""]]);
});

test("a folded shelf shows what asks and what is open", () => {
  const items = [known({ id: "a", unread: { messages: 1, mentions: 0 } }), known({ id: "b" }), known({ id: "c" })];
  const shelf: Shelf = { id: "channels", kind: "channels", name: "", items, isFolded: true };
  assert.deepEqual(shownOf(shelf, "c").map(({ id }) => id), ["a", "c"]);
  assert.equal(shownOf({ ...shelf, isFolded: false }, null).length, 3);
});

test("what is muted asks only where the person is called on", () => {
  const muted = (unread: { messages: number; mentions: number }) => placed(known({ unread }), standing({ is_muted: true }));
  assert.equal(asks(muted({ messages: 5, mentions: 0 })), false);
  assert.equal(asks(muted({ messages: 5, mentions: 1 })), true);
});

test("between two is the middle, before the first is before it", () => {
  const items = [at("a", { position: 1 }), at("b", { position: 2 })];
  assert.equal(between(items, "b"), 1.5);
  assert.equal(between(items, "a"), 0);
  assert.equal(between(items, "z"), null);
});

test("one step up is before the one above, one step down before the one after the next", () => {
  const ids = ["a", "b", "c"];
  assert.equal(stepTarget(ids, "b", -1), "a");
  assert.equal(stepTarget(ids, "a", 1), "c");
  assert.equal(stepTarget(ids, "b", 1), null);
  assert.equal(stepTarget(ids, "a", -1), undefined);
  assert.equal(stepTarget(ids, "c", 1), undefined);
});
