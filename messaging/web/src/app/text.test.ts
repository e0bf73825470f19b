import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { useCatalogue } from "../i18n/catalogue.ts";
import { nearness } from "../conversations/nearness.ts";
import { listed } from "./text.ts";

afterEach(() => {
  useCatalogue("en", {});
  Reflect.deleteProperty(globalThis, "document");
});

/** The page in a language, as far as the joining of names looks at it. */
function inLanguage(lang: string): void {
  useCatalogue(lang, {});
  Object.defineProperty(globalThis, "document", { value: { documentElement: { lang } }, configurable: true });
}

test("names of the page's direction are joined as they are", () => {
  inLanguage("en");
  assert.equal(listed(["Ana", "Bo", "Cy"]), "Ana, Bo, and Cy");
  inLanguage("ar");
  assert.equal(listed(["سلمى", "ليلى"]), "سلمى وليلى");
  assert.equal(listed(["Bo"]), "Bo");
});

test("names of the other direction stand one by one in the order of the page", () => {
  inLanguage("ar");
  assert.equal(listed(["Bo", "Cy"]), "\u200f\u2068Bo\u2069 و\u2068Cy\u2069");
  inLanguage("en");
  assert.equal(listed(["سلمى", "Bo"]), "\u200e\u2068سلمى\u2069 and Bo");
});

test("what arranges names is nothing that one types to find them", () => {
  inLanguage("ar");
  const name = listed(["Bo Lindqvist", "Cy Okafor"]);
  assert.equal(nearness(name, "bo"), 4);
  assert.equal(nearness(name, "lindqvist و"), 2);
});
