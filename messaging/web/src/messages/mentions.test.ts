import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMentions, encodeMentions, typedAt } from "./mentions.ts";

const ANA = "<@0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001>";
const LIMA = "<@0190aaaa-bbbb-7ccc-8ddd-eeeeffff0002>";
const table = new Map([["@Ana", ANA], ["@Ana Lima", LIMA]]);

test("the longest name wins", () => {
  assert.equal(encodeMentions("@Ana Lima and @Ana, hello", table), `${LIMA} and ${ANA}, hello`);
});

test("a name inside a longer word or an address is no mention", () => {
  assert.equal(encodeMentions("@Anabel write to x@Ana", table), "@Anabel write to x@Ana");
});

test("code stays as it was typed", () => {
  assert.equal(encodeMentions("`@Ana` and ```\n@Ana\n``` but @Ana", table), `\`@Ana\` and \`\`\`\n@Ana\n\`\`\` but ${ANA}`);
});

test("what is stored comes back as it was shown, and can be stored again", () => {
  const names = { person: () => "Ana", conversation: () => "general", group: () => "night-shift" };
  const { text, mentions } = decodeMentions(`${ANA} see <#0190aaaa-bbbb-7ccc-8ddd-eeeeffff0009> <!here> <&0190aaaa-bbbb-7ccc-8ddd-eeeeffff0003>`, names);
  assert.equal(text, "@Ana see #general @here @night-shift");
  assert.equal(encodeMentions(text, mentions), `${ANA} see <#0190aaaa-bbbb-7ccc-8ddd-eeeeffff0009> <!here> <&0190aaaa-bbbb-7ccc-8ddd-eeeeffff0003>`);
});

test("the mention at the caret is found, and only there", () => {
  assert.deepEqual(typedAt("hi @an", 6), { sign: "@", query: "an", start: 3 });
  assert.deepEqual(typedAt("#gen", 4), { sign: "#", query: "gen", start: 0 });
  assert.equal(typedAt("me@example", 10), null);
  assert.equal(typedAt("at 10:30", 8), null);
  assert.equal(typedAt("well :)", 7), null);
});
