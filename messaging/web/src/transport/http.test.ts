import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, Refused } from "./http.ts";

/** A network that answers with the start of a body, and then with this. */
function answers(end: (body: ReadableStreamDefaultController) => void): void {
  const start = (body: ReadableStreamDefaultController): void => {
    body.enqueue(new TextEncoder().encode('{"id": '));
    end(body);
  };
  Object.assign(globalThis, { document: { cookie: "" }, fetch: async () => new Response(new ReadableStream({ start })) });
}

test("an answer cut off in its midst is none: the same may be asked again", async () => {
  answers((body) => body.error(new DOMException("The operation was aborted.", "AbortError")));

  await assert.rejects(ask("POST", "/messages", {}), (error) => error instanceof Refused && error.status === 0 && error.isPassing);
});

test("an answer that is no JSON is a fault", async () => {
  answers((body) => body.close());

  await assert.rejects(ask("GET", "/me"), SyntaxError);
});
