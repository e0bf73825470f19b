import assert from "node:assert/strict";
import { test } from "node:test";
import { isEmojiOnly, parseMarkdown, type Block, type Inline } from "./markdown.ts";

const ID = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";

function inlines(text: string): Inline[] {
  const [block] = parseMarkdown(text);
  assert.equal(block?.kind, "paragraph");
  return (block as Extract<Block, { kind: "paragraph" }>).children;
}

test("HTML is text", () => {
  const text = JSON.stringify(parseMarkdown("<script>alert(1)</script>\n\n<b onclick=x>hi</b> and <img src=x onerror=y>"));
  assert.match(text, /<script>alert\(1\)<\/script>/);
  assert.match(text, /<img src=x onerror=y>/);
  assert.doesNotMatch(text, /"kind":"html"/);
});

test("mentions of people, conversations and everyone are nodes", () => {
  assert.deepEqual(inlines(`hi <@${ID}> see <#${ID}>`), [
    { kind: "text", text: "hi " },
    { kind: "person", id: ID },
    { kind: "text", text: " see " },
    { kind: "conversation", id: ID },
  ]);
  assert.deepEqual(inlines("<!channel> lunch")[0], { kind: "everyone", name: "channel" });
});

test("a mention inside code is code", () => {
  assert.deepEqual(inlines(`\`<@${ID}>\``), [{ kind: "code", text: `<@${ID}>` }]);
});

test("only links that lead to the web, to mail or to a phone are links", () => {
  assert.equal(inlines("[go](https://example.org)")[0]?.kind, "link");
  for (const href of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "/admin/"]) {
    assert.equal(inlines(`[go](${href})`)[0]?.kind, "text");
  }
});

test("an image from elsewhere is offered as a link, not loaded", () => {
  const [image] = inlines("![a cat](https://example.org/cat.png)");
  assert.deepEqual(image, { kind: "link", href: "https://example.org/cat.png", children: [{ kind: "text", text: "a cat" }] });
});

test("a spoiler is a node with what it hides, and two bars alone are bars", () => {
  assert.deepEqual(inlines("he ||**dies**|| then"), [
    { kind: "text", text: "he " },
    { kind: "spoiler", children: [{ kind: "strong", children: [{ kind: "text", text: "dies" }] }] },
    { kind: "text", text: " then" },
  ]);
  assert.deepEqual(inlines("a || b"), [{ kind: "text", text: "a || b" }]);
  assert.deepEqual(inlines("`||x||`"), [{ kind: "code", text: "||x||" }]);
});

test("a line break is a line break", () => {
  assert.deepEqual(inlines("one\ntwo").map(({ kind }) => kind), ["text", "break", "text"]);
});

test("lists, tasks, code, tables and quotes keep their shape", () => {
  const blocks = parseMarkdown("- [x] done\n- [ ] open\n\n```py\nprint(1)\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n> said");
  assert.deepEqual(blocks.map(({ kind }) => kind), ["list", "code", "table", "quote"]);
  const [list, code, table] = blocks;
  assert.deepEqual(list?.kind === "list" && list.items.map(({ checked }) => checked), [true, false]);
  assert.deepEqual(code, { kind: "code", language: "py", text: "print(1)" });
  assert.equal(table?.kind === "table" && table.head[1]?.align, "right");
});

test("deep nesting neither throws nor loses the text", () => {
  const text = `${">".repeat(20_000)} end`;
  assert.match(JSON.stringify(parseMarkdown(text)), /end/);
});

test("text from right to left is kept as it was written", () => {
  assert.deepEqual(inlines("‮abc"), [{ kind: "text", text: "‮abc" }]);
});

test("a few emoji alone are drawn large, digits are not", () => {
  assert.equal(isEmojiOnly("🎉 👍🏽"), true);
  assert.equal(isEmojiOnly("🇩🇪"), true);
  assert.equal(isEmojiOnly("42"), false);
  assert.equal(isEmojiOnly("ok 👍"), false);
});
