import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesIn } from "./addresses.ts";

test("addresses are taken as people paste them", () => {
  assert.deepEqual(addressesIn("ana@acme.example"), ["ana@acme.example"]);
  assert.deepEqual(addressesIn(" ana@acme.example, bo@acme.example;cy@acme.example\ndee@acme.example "), ["ana@acme.example", "bo@acme.example", "cy@acme.example", "dee@acme.example"]);
  assert.deepEqual(addressesIn('"Ferreira, Ana" <ana@acme.example>, Bo Lind <bo@acme.example>'), ["ana@acme.example", "bo@acme.example"]);
});

test("nobody is invited twice, and nobody by an empty line", () => {
  assert.deepEqual(addressesIn("Ana@acme.example ana@ACME.example,,\n\n"), ["ana@ACME.example"]);
  assert.deepEqual(addressesIn("  \n"), []);
});
