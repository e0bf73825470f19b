import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownOf } from "./richPaste.ts";

test("marks, links and headings keep their meaning", () => {
  assert.equal(markdownOf("<p>See <b>this</b> and <a href='https://a.example/x'>that</a>.</p>"), "See **this** and [that](https://a.example/x).");
  assert.equal(markdownOf("<h2>Plan</h2><p><em>now</em></p>"), "## Plan\n\n_now_");
});

test("lists and tables keep their shape", () => {
  assert.equal(markdownOf("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"), "- a\n- b\n  1. c");
  assert.equal(markdownOf("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"), "| a | b |\n| --- | --- |\n| 1 | 2 |");
});

test("code stays as it was written", () => {
  assert.equal(markdownOf("<pre>a  &lt; b\n  c</pre>"), "```\na  < b\n  c\n```");
});

test("what has no structure is left to the plain text", () => {
  assert.equal(markdownOf("<div><span style='color:red'>const</span> a</div>"), null);
});

test("scripts and links elsewhere come to nothing", () => {
  assert.equal(markdownOf("<b>a</b><script>alert(1)</script><a href='javascript:x'>b</a>"), "**a**b");
  assert.equal(markdownOf("<b style='font-weight:normal'><p>plain &amp; simple &#x1F600;</p></b>"), "plain & simple 😀");
});
