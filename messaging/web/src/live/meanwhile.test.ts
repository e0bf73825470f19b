import assert from "node:assert/strict";
import { test } from "node:test";
import { Meanwhile, underTold } from "./meanwhile.ts";

test("each reading hears what is told while it lasts, and nothing from before or after", async () => {
  const meanwhile = new Meanwhile();
  meanwhile.tell("before");
  let end: () => void = () => undefined;
  const long = meanwhile.during(async (told) => {
    await new Promise<void>((resolve) => (end = resolve));
    return told;
  });
  meanwhile.tell("early");
  const short = await meanwhile.during(async (told) => (meanwhile.tell("late"), told));
  end();
  assert.deepEqual([...(await long)], ["early", "late"]);
  assert.deepEqual([...short], ["late"]);
  meanwhile.tell("after");
  assert.equal(short.has("after"), false);
});

test("a reading that fails hears no more", async () => {
  const meanwhile = new Meanwhile();
  let heard: ReadonlySet<string> = new Set();
  await assert.rejects(meanwhile.during((told) => ((heard = told), Promise.reject(new Error("refused")))));
  meanwhile.tell("a");
  assert.equal(heard.size, 0);
});

test("what was told of stands as it is known here, and what is not known as the answer has it", () => {
  const answer = new Map([["told", 1], ["unknown", 2], ["quiet", 3]]);
  assert.deepEqual([...underTold(answer, new Map([["told", 9], ["quiet", 9]]), ["told", "unknown"])], [["told", 9], ["unknown", 2], ["quiet", 3]]);
});
