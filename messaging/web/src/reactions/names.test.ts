import assert from "node:assert/strict";
import { test } from "node:test";
import { emojiNames } from "../../vite.emojis.ts";

type Load = (id: string) => string | undefined;

function loaded<T>(id: string): T {
  const code = (emojiNames().load as Load)(`\0${id}`) ?? "";
  return JSON.parse(code.replace(/^export default /, "").replace(/;$/, "")) as T;
}

test("emoji are called by their names in every language of the client", () => {
  const all = loaded<[string][]>("virtual:emojis").map(([emoji]) => emoji);
  for (const [language, rocket] of [["ar", "صاروخ"], ["de", "Rakete"], ["es", "cohete"], ["fr", "fusée"], ["ja", "ロケット"]] as const) {
    const names = loaded<Record<string, [string, string]>>(`virtual:emojis-${language}`);
    assert.deepEqual([language, all.filter((emoji) => names[emoji] === undefined).length], [language, 0]);
    assert.equal(names["🚀"]?.[0], rocket, language);
  }
});
