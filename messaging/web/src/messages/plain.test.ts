import assert from "node:assert/strict";
import { test } from "node:test";
import { gist } from "./plain.ts";

test("a gist has the words without their marks", () => {
  assert.equal(gist("The lease ends on **30 June** at `noon`"), "The lease ends on 30 June at noon");
  assert.equal(gist("# Title\n\n- one\n- two\n> said\n1. first"), "Title one two said first");
  assert.equal(gist("2 * 3 - 1 and a_b_c"), "2 * 3 - 1 and a_b_c");
});
