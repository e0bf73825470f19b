import assert from "node:assert/strict";
import { test } from "node:test";
import { known } from "../conversations/example.ts";
import { conversations, withConversation } from "../conversations/store.ts";
import { actionsFor, keyName, mayMoveAway, ROW_ACTIONS, type Viewer } from "./menu.ts";
import { message } from "./example.ts";

const reader: Viewer = { isMine: false, canPost: false, takesPart: false, manages: false, isInThread: false };
const ids = (viewer: Partial<Viewer>, given = {}): string[] => actionsFor(message(1, given), { ...reader, ...viewer }).map(({ id }) => id);

test("every action and every key is there once", () => {
  const keys = ROW_ACTIONS.map(({ key }) => key).filter((key) => key !== undefined);
  assert.equal(new Set(ROW_ACTIONS.map(({ id }) => id)).size, ROW_ACTIONS.length);
  assert.equal(new Set(keys).size, keys.length);
});

test("who may only read is offered nothing that writes", () => {
  for (const id of ["react", "edit", "delete"]) assert.equal(ids({}).includes(id), false, id);
  assert.equal(ids({}).includes("copy-link"), true);
});

test("authors edit and delete what is theirs, managers delete what is not", () => {
  assert.deepEqual(["edit", "delete"].filter((id) => ids({ isMine: true, canPost: true, takesPart: true }).includes(id)), ["edit", "delete"]);
  assert.deepEqual(["edit", "delete"].filter((id) => ids({ manages: true, canPost: true, takesPart: true }).includes(id)), ["delete"]);
});

test("a thread does not offer itself", () => {
  assert.equal(ids({ isInThread: true }).includes("thread"), false);
});

test("keys are written as people know them", () => {
  assert.deepEqual([keyName("Delete"), keyName("r"), keyName(undefined)], ["Del", "R", undefined]);
});

test("where only few may write, everybody reacts and mends what is theirs", () => {
  const seen = ids({ isMine: true, takesPart: true });
  assert.deepEqual(["react", "edit", "pin"].filter((id) => seen.includes(id)), ["react", "edit"]);
});

test("authors are not offered to move what the server would not let them move any more", () => {
  const one = message(1);
  const at = (hours: number): number => Date.parse(one.created_at) + hours * 3_600_000;
  const offered = (can: object, hours: number, isMine = true): boolean => {
    const room = known({ id: one.conversation_id });
    conversations.value = withConversation(conversations.peek(), { ...room, can: { ...room.can, ...can } });
    return mayMoveAway(one, { ...reader, isMine }, at(hours));
  };
  assert.deepEqual([offered({}, 23), offered({}, 25), offered({}, 1, false)], [true, false, false]);
  assert.equal(offered({ move_own_hours: null }, 1000), true);
  assert.equal(offered({ move_others: true, move_own_hours: null }, 1000, false), true);
});
