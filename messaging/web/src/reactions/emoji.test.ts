import assert from "node:assert/strict";
import { test } from "node:test";
import { findEmojis, type Emoji } from "./emoji.ts";

const emoji = (unicode: string, shortcode: string, words = shortcode): Emoji => ({ unicode, label: shortcode, shortcode, group: 0, words });

test("a few letters mean the emoji with the shortest name that begins so", () => {
  const all = [emoji("😃", "smiley"), emoji("😄", "smile"), emoji("😸", "smile_cat"), emoji("🥲", "tear", "smiling face with tear"), emoji("🙃", "upside_down", "unsmiling")];
  assert.deepEqual(findEmojis(all, "smi", 5).map(({ unicode }) => unicode), ["😄", "😃", "😸", "🥲", "🙃"]);
});
