import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { useCatalogue } from "./catalogue.ts";
import { t, te, tn, tne } from "./t.ts";

afterEach(() => useCatalogue("en", {}));

test("English stands in the source, numbers as English writes them", () => {
  assert.equal(t("Write to {name}", { name: "Bo" }), "Write to Bo");
  assert.equal(tn("{count} reply", "{count} replies", 1), "1 reply");
  assert.equal(tn("{count} reply", "{count} replies", 1234), "1,234 replies");
});

test("a value that is missing leaves its name, and braces without a name are text", () => {
  assert.equal(t("{name} and { }", {}), "{name} and { }");
});

test("German comes from the catalogue", () => {
  useCatalogue("de", { "Write to {name}": "An {name} schreiben", "{count} reply": ["{count} Antwort", "{count} Antworten"] });
  assert.equal(t("Write to {name}", { name: "Bo" }), "An Bo schreiben");
  assert.equal(tn("{count} reply", "{count} replies", 1), "1 Antwort");
  assert.equal(tn("{count} reply", "{count} replies", 1234), "1.234 Antworten");
});

test("Arabic has six forms, and a Latin name in it is isolated", () => {
  useCatalogue("ar", { "{count} reply": ["z", "one", "two", "few", "many", "other"], "Write to {name}": "راسل {name}" });
  const forms = [0, 1, 2, 3, 11, 100].map((count) => tn("{count} reply", "{count} replies", count));
  assert.deepEqual(forms, ["z", "one", "two", "few", "many", "other"]);
  assert.equal(t("Write to {name}", { name: "Bo" }), "راسل \u2068Bo\u2069");
});

test("French counts none as one, Japanese has one form, Spanish and French a form for millions", () => {
  useCatalogue("fr", { "{count} a": ["un", "des", "plusieurs"] });
  assert.deepEqual([0, 1, 2, 1_000_000].map((count) => tn("{count} a", "{count} b", count)), ["un", "un", "plusieurs", "des"]);
  useCatalogue("ja", { "{count} a": ["件"] });
  assert.deepEqual([0, 1, 2].map((count) => tn("{count} a", "{count} b", count)), ["件", "件", "件"]);
});

test("elements stand where the language wants them", () => {
  useCatalogue("de", { "{key} closes {what}": "{what} schließt {key}" });
  assert.deepEqual(te("{key} closes {what}", { key: "K", what: "W" }), ["", "W", " schließt ", "K", ""]);
});

test("a sentence with elements depends on its number, too", () => {
  useCatalogue("de", { "{count} to {place}": ["{count} Nachricht nach {place}", "{count} Nachrichten nach {place}"] });
  assert.deepEqual(tne("{count} to {place}", "{count} to {place}", 1, { place: "P" }), ["", "1", " Nachricht nach ", "P", ""]);
  assert.deepEqual(tne("{count} to {place}", "{count} to {place}", 1234, { place: "P" }), ["", "1.234", " Nachrichten nach ", "P", ""]);
});
