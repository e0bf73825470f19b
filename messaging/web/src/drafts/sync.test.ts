import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { draftChanged, syncDrafts } from "./sync.ts";
import { drafts, keepDraft, synced } from "../messages/drafts.ts";

const C = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";
interface Call {
  method: string;
  path: string;
  body: { text?: string } | null;
}
let calls: Call[] = [];
let answers: Record<string, unknown> = {};
const realFetch = globalThis.fetch;

beforeEach(() => {
  calls = [];
  answers = {};
  drafts.value = new Map();
  synced.clear();
  Object.assign(globalThis, { document: { cookie: "" } });
  globalThis.fetch = (async (path: string, init: RequestInit) => {
    const method = init.method ?? "GET";
    calls.push({ method, path, body: typeof init.body === "string" ? JSON.parse(init.body) : null });
    return new Response(JSON.stringify(answers[method] ?? {}), { status: 200 });
  }) as typeof fetch;
});
afterEach(() => void (globalThis.fetch = realFetch));

const server = (text: string, version: number): object => ({ conversation_id: C, thread_id: null, text, version, updated_at: null });
const words = (): string | undefined => drafts.value.get(C)?.text;

test("what stands on the server comes here, and what is gone there goes here", async () => {
  answers["GET"] = { items: [server("from the phone", 5)] };
  await syncDrafts();
  assert.equal(words(), "from the phone");
  answers["GET"] = { items: [] };
  await syncDrafts();
  assert.equal(words(), undefined);
});

test("what was typed here meanwhile is not overwritten", async () => {
  keepDraft(C, { text: "typed here", mentions: new Map() });
  await draftChanged({ conversation_id: C, thread_id: null, version: 9, is_empty: false });
  assert.equal(words(), "typed here");
  assert.deepEqual(calls, []);
});

test("an older version, and one's own, is not asked for", async () => {
  answers["GET"] = { items: [server("five", 5)] };
  await syncDrafts();
  calls = [];
  await draftChanged({ conversation_id: C, thread_id: null, version: 5, is_empty: false });
  await draftChanged({ conversation_id: C, thread_id: null, version: 4, is_empty: true });
  assert.deepEqual(calls, []);
  assert.equal(words(), "five");
});

test("a draft that ended elsewhere ends here", async () => {
  answers["GET"] = { items: [server("five", 5)] };
  await syncDrafts();
  await draftChanged({ conversation_id: C, thread_id: null, version: 6, is_empty: true });
  assert.equal(words(), undefined);
});

test("the list stands as on the other devices, the latest last, and what is written here comes behind", async () => {
  const at = (id: string, version: number): object => ({ ...server(id, version), conversation_id: id });
  keepDraft("mine", { text: "not told yet", mentions: new Map() });
  answers["GET"] = { items: [at("latest", 9), at("earlier", 7), at("first", 3)] };
  await syncDrafts();
  assert.deepEqual([...drafts.value.keys()], ["first", "earlier", "latest", "mine"]);
  answers["GET"] = { items: [at("first", 11), at("latest", 9), at("earlier", 7)] };
  await syncDrafts();
  assert.deepEqual([...drafts.value.keys()], ["earlier", "latest", "first", "mine"]);
});

test("a draft that another device began while the list was read stays", async () => {
  answers["GET"] = { items: [] };
  const before = syncDrafts();
  while (calls.length === 0) await Promise.resolve();
  answers["GET"] = server("begun meanwhile", 6);
  await draftChanged({ conversation_id: C, thread_id: null, version: 6, is_empty: false });
  await before;
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(words(), "begun meanwhile");
});
