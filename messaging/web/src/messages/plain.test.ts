import assert from "node:assert/strict";
import { test } from "node:test";
import { gist, gistOf, lineBy } from "./plain.ts";

test("a gist has the words without their marks", () => {
  assert.equal(gist("The lease ends on **30 June** at `noon`"), "The lease ends on 30 June at noon");
  assert.equal(gist("# Title\n\n- one\n- two\n> said\n1. first"), "Title one two said first");
  assert.equal(gist("2 * 3 - 1 and a_b_c"), "2 * 3 - 1 and a_b_c");
});

test("a gist of a table, a task and a link is what they say", () => {
  assert.equal(gist("| Region | Q1 |\n|---|--:|\n| North | 1,204 |"), "Region | Q1 North | 1,204");
  assert.equal(gist("- [x] done\n- [ ] open"), "done open");
  assert.equal(gist("*Read* [the page](https://example.org/a_b) and ```\ncode\n```"), "Read the page and code");
});

test("what somebody does has no mark in lists, and is read out as what they do", () => {
  assert.equal(gistOf({ subtype: null, text: "/me waves *slowly*" }, 600), "waves slowly");
  assert.equal(gistOf({ subtype: "me_message", text: "_waves_" }, 600), "waves");
  assert.equal(gistOf({ subtype: null, text: null }, 600), "");
  assert.equal(lineBy("Ana", { subtype: null, text: "/me waves" }), "Ana waves");
  assert.equal(lineBy("Ana", { subtype: null, text: "hello" }), "Ana: hello");
});
