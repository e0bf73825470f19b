import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute, routePath } from "./route.ts";

const C = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";
const M = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0002";

test("every address reads back as it was written", () => {
  for (const route of [
    { conversationId: null, at: null, threadId: null, messageId: null },
    { conversationId: C, at: null, threadId: null, messageId: null },
    { conversationId: C, at: 42, threadId: null, messageId: null },
    { conversationId: C, at: null, threadId: M, messageId: null },
    { conversationId: C, at: 42, threadId: M, messageId: null },
    { conversationId: null, at: null, threadId: null, messageId: M },
  ]) {
    assert.deepEqual(parseRoute(routePath(route)), route);
  }
});

test("an address that is none of ours is the start page", () => {
  assert.deepEqual(parseRoute("/c/not-an-id"), { conversationId: null, at: null, threadId: null, messageId: null });
});
