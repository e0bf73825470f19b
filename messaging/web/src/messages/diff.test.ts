import assert from "node:assert/strict";
import { test } from "node:test";
import { wordDiff, type Piece } from "./diff.ts";

const side = (pieces: readonly Piece[], without: Piece["kind"]): string => pieces.filter(({ kind }) => kind !== without).map(({ text }) => text).join("");
const shown = (pieces: readonly Piece[]): string => pieces.map(({ kind, text }) => (kind === "same" ? text : kind === "added" ? `[+${text}]` : `[-${text}]`)).join("");

test("a word that changed is a word that went and one that came", () => {
  assert.equal(shown(wordDiff("we meet on Monday at nine", "we meet on Friday at nine")), "we meet on [-Monday][+Friday] at nine");
});

test("both versions can be read back from the pieces", () => {
  const pairs = [["", "new"], ["old", ""], ["a b c d", "b x d e"], ["**bold** and `code`", "bold and `code`!"], ["größe 日本 語", "größe 日本語"], ["one\n\ntwo", "one\ntwo"]] as const;
  for (const [before, after] of pairs) {
    const pieces = wordDiff(before, after);
    assert.equal(side(pieces, "added"), before);
    assert.equal(side(pieces, "removed"), after);
  }
});

test("what did not change is one piece", () => {
  assert.deepEqual(wordDiff("the same", "the same"), [{ kind: "same", text: "the same" }]);
});

test("very long versions are compared in little time, and stay readable", () => {
  const before = "word ".repeat(8_000);
  const after = "other ".repeat(6_000);
  const pieces = wordDiff(before, after);
  assert.equal(side(pieces, "added"), before);
  assert.equal(side(pieces, "removed"), after);
});
