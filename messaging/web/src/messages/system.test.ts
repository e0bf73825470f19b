import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "./example.ts";
import { actionIn, comings, lineOf } from "./system.ts";

test("lines of ours carry a value, lines of imports their words", () => {
  assert.deepEqual(lineOf({ subtype: "renamed", text: "news" }), { subject: "renamed", value: "news", words: "" });
  assert.deepEqual(lineOf({ subtype: "channel_topic", text: "set the topic: lunch" }), { subject: "topic", value: "", words: "set the topic: lunch" });
});

test("the day of an idle channel is a value, not words", () => {
  assert.deepEqual(lineOf({ subtype: "idle", text: "2026-12-01" }), { subject: "idle", value: "2026-12-01", words: "" });
});

test("who came and who left is said one way, wherever it came from", () => {
  for (const subtype of ["joined", "channel_join", "group_join", "join"]) assert.equal(lineOf({ subtype, text: "<@U> has joined the channel" }).subject, "joined");
  assert.equal(lineOf({ subtype: "channel_join", text: "<@U> has joined the channel" }).words, "");
  assert.equal(lineOf({ subtype: "channel_leave", text: null }).subject, "left");
});

test("a line that holds only its own subtype has no words", () => {
  assert.equal(lineOf({ subtype: "bot_add", text: "bot_add" }).words, "");
});

test("/me is what somebody does", () => {
  assert.equal(actionIn({ subtype: "me_message", text: "scrolls up" }), "scrolls up");
  assert.equal(actionIn({ subtype: "me_message", text: "_waves_" }), "waves");
  assert.equal(actionIn({ subtype: null, text: "/me waves" }), "waves");
  for (const text of ["/me", "/message", "say /me waves", "/me one\ntwo", null]) assert.equal(actionIn({ subtype: null, text }), null);
});

test("who came and who went is told once for each, as it ended, whoever did it", () => {
  const line = (seq: number, subtype: string, author: string | null, text: string | null = null) => message(seq, { kind: "system", subtype, author_id: author, text });
  assert.deepEqual(comings([line(1, "joined", "ana"), line(2, "added", "ana", "bo"), line(3, "channel_join", "cy"), line(4, "left", "ana"), line(5, "removed", "cy", "eve"), line(6, "added", null, "")]), { came: ["bo", "cy"], went: ["ana", "eve"] });
});
