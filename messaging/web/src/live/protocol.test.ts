import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventFrame } from "../contract/types.ts";
import { message } from "../messages/example.ts";
import { Cursors, judge } from "./protocol.ts";

function frame(seq: number): EventFrame {
  return { type: "event", id: `e${seq}`, event: "chancery.message.created.v1", stream: "conversation", conversation_id: "c1", seq, data: message(seq) };
}

const seqs = (frames: EventFrame[]): number[] => frames.map(({ seq }) => seq);

function following(seq: number): Cursors {
  const cursors = new Cursors();
  cursors.follow("c1", seq);
  return cursors;
}

test("the next frame is applied, an old one ignored, a later one shows a gap", () => {
  assert.equal(judge(4, 5), "apply");
  assert.equal(judge(4, 4), "ignore");
  assert.equal(judge(4, 7), "fill");
});

test("what waits behind a gap is applied in order once the gap is filled", () => {
  const cursors = following(4);
  assert.deepEqual(cursors.take(frame(7)), { ready: [], gap: true });
  assert.deepEqual(cursors.take(frame(6)), { ready: [], gap: true });
  assert.deepEqual(seqs(cursors.take(frame(5)).ready), [5, 6, 7]);
  assert.equal(cursors.at("c1"), 7);
});

test("a frame that comes twice is applied once", () => {
  const cursors = following(4);
  assert.deepEqual(seqs(cursors.take(frame(5)).ready), [5]);
  assert.deepEqual(seqs(cursors.take(frame(5)).ready), []);
});

test("a conversation that nobody follows is passed over", () => {
  assert.deepEqual(new Cursors().take(frame(1)), { ready: [], gap: false });
});

test("of a conversation that nobody follows yet, the newest number is kept: an answer that is older has to be asked for again", () => {
  const cursors = new Cursors();
  cursors.take(frame(5));
  cursors.raise("c1", 3);
  assert.equal(cursors.headOf("c1"), 5);
  cursors.forget("c1");
  assert.equal(cursors.headOf("c1"), 0);
});

test("whoever lists what events tell of hears when a conversation is taken without them", () => {
  let skips = 0;
  const cursors = new Cursors(() => (skips += 1));
  cursors.follow("c1", 4);
  assert.equal(skips, 1);
  cursors.take(frame(5));
  cursors.follow("c1", 5);
  assert.equal(skips, 1);
  cursors.restart("c1", 9);
  assert.equal(skips, 2);
});

test("a head past the cursor says what to fetch; unknown conversations are none of ours", () => {
  assert.deepEqual(following(4).behind({ c1: 6, c2: 90 }), ["c1"]);
  assert.deepEqual(following(6).behind({ c1: 6 }), []);
});

test("after a reload the cursor stands at its seq and what waited past it follows", () => {
  const cursors = following(4);
  cursors.take(frame(8));
  cursors.take(frame(11));
  assert.deepEqual(seqs(cursors.restart("c1", 10)), [11]);
  assert.equal(cursors.at("c1"), 11);
});

test("a cursor never goes back by following again", () => {
  const cursors = following(9);
  cursors.follow("c1", 3);
  assert.equal(cursors.at("c1"), 9);
});
