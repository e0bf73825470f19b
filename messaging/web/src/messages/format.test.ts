import assert from "node:assert/strict";
import { test } from "node:test";
import { continued, formatted, isInFence, linked, type Edit, type Format, type Selected } from "./format.ts";

/** A text in which | marks the caret, or two of them what is selected. */
function at(marked: string): Selected {
  const [before = "", inside, after] = marked.split("|");
  if (after === undefined) return { text: before + (inside ?? ""), start: before.length, end: before.length };
  return { text: before + inside + after, start: before.length, end: before.length + (inside?.length ?? 0) };
}

function done({ text }: Selected, edit: Edit | null): string {
  if (edit === null) return "nothing";
  const next = text.slice(0, edit.from) + edit.put + text.slice(edit.to);
  const caret = edit.start === edit.end ? "|" : `|${next.slice(edit.start, edit.end)}|`;
  return next.slice(0, edit.start) + caret + next.slice(edit.end);
}

const after = (format: Format, marked: string): string => done(at(marked), formatted(format, at(marked)));

test("marks go around what is selected, and off again", () => {
  assert.equal(after("bold", "say |it| now"), "say **|it|** now");
  assert.equal(after("bold", "say **|it|** now"), "say |it| now");
  assert.equal(after("italic", "say |_it_| now"), "say |it| now");
  assert.equal(after("strike", "|"), "~~|~~");
  assert.equal(after("bold", "|it | now"), "**|it|**  now");
});

test("lines become quotes and lists, and lines again", () => {
  assert.equal(after("quote", "a\n|b\nc|\nd"), "a\n|> b\n> c|\nd");
  assert.equal(after("quote", "|> b\n> c|"), "|b\nc|");
  assert.equal(after("numbers", "|b\nc|"), "|1. b\n2. c|");
  assert.equal(after("bullets", "|1. b\n2. c|"), "|- b\n- c|");
  assert.equal(after("bullets", "b|"), "- b|");
});

test("code stands between fences on lines of their own", () => {
  assert.equal(after("codeBlock", "see |x = 1|"), "see \n```\n|x = 1|\n```");
});

test("a link wants its address, or takes the one that was pasted", () => {
  assert.equal(after("link", "read |this|"), "read [this](|https://|)");
  assert.equal(done(at("read |this|"), linked(at("read |this|"), "https://a.example")), "read [this](|https://a.example|)");
});

test("a new line goes on with the list, and ends it where nothing was written", () => {
  const next = (marked: string): string => done(at(marked), continued(at(marked)));
  assert.equal(next("- a|"), "- a\n- |");
  assert.equal(next("9. a|"), "9. a\n10. |");
  assert.equal(next("- [x] a|"), "- [x] a\n- [ ] |");
  assert.equal(next("> a|"), "> a\n> |");
  assert.equal(next("- a\n- |"), "- a\n|");
  assert.equal(next("a|"), "nothing");
});

test("within an open code block a new line is one", () => {
  assert.equal(isInFence(at("```\na|")), true);
  assert.equal(isInFence(at("```\na\n```\nb|")), false);
});
