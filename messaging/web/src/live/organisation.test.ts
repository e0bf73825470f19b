import assert from "node:assert/strict";
import { test } from "node:test";
import type { User } from "../contract/types.ts";
import { people, person, remember, wanted, whenWanted } from "../people/store.ts";
import { outdate } from "./organisation.ts";

const ANA = { id: "ana", name: "Ana" } as User;
const BO = { id: "bo", name: "Bo" } as User;

test("what may have changed is read again when it is drawn, and shown as it was until then", () => {
  let asked = 0;
  whenWanted(() => (asked += 1));
  remember([ANA, BO]);
  assert.equal(person("ana"), ANA);
  assert.equal(asked, 0);

  outdate();

  assert.equal(person("ana"), ANA);
  assert.equal(person("ana"), ANA);
  assert.deepEqual([...wanted], ["ana"]);
  assert.equal(asked, 1);
  remember([{ ...ANA, name: "Anna" }]);
  assert.equal(person("ana")?.name, "Anna");
  assert.equal(asked, 1);
  assert.equal(people.peek().get("bo"), BO);
});
