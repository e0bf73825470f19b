import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, isShown, kindOf } from "./kinds.ts";
import { arrived, at, canGo, due, missing, MOST_FILES, pastedFiles, withChange, type UploadItem } from "./uploads.ts";

const item = (key: string, over: Partial<UploadItem> = {}): UploadItem => ({
  key, place: "here", name: key, size: 2500, type: "", sent: 0, state: "waiting", error: null, attempts: 0, uploadId: null, file: null, ...over,
});

test("what has arrived counts the last, shorter part as what it is", () => {
  assert.equal(arrived(2500, 1000, []), 0);
  assert.equal(arrived(2500, 1000, [1, 3]), 1500);
  assert.equal(arrived(2500, 1000, [1, 2, 3]), 2500);
});

test("only what is missing is sent", () => {
  assert.deepEqual(missing(3, [2]), [1, 3]);
  assert.deepEqual(missing(1, [1]), []);
});

test("a few files are sent at once, the oldest first", () => {
  const items = [item("a", { state: "sending" }), item("b", { state: "failed" }), item("c"), item("d"), item("e")];
  assert.deepEqual(due(items, 3).map(({ key }) => key), ["c", "d"]);
  assert.deepEqual(due(items, 1), []);
});

test("a change of what was taken away changes nothing", () => {
  const items = [item("a")];
  assert.deepEqual(withChange(items, "gone", { sent: 5 }), items);
  assert.equal(withChange(items, "a", { sent: 5 })[0]?.sent, 5);
});

test("each draft has its own files", () => {
  assert.deepEqual(at([item("a"), item("b", { place: "there" })], "there").map(({ key }) => key), ["b"]);
});

test("pictures are never drawn larger than they are, nor than there is room", () => {
  assert.deepEqual(fitted(100, 50, { width: 416, height: 320 }), { width: 100, height: 50 });
  assert.deepEqual(fitted(4000, 2000, { width: 400, height: 320 }), { width: 400, height: 200 });
  assert.deepEqual(fitted(1, 90000, { width: 400, height: 300 }), { width: 1, height: 300 });
});

test("nothing is shown for what a file says it is, only for what is known to be safe", () => {
  const file = { scan: "none", deleted_at: null } as const;
  const shown = (content_type: string, over = {}): boolean => isShown({ ...file, content_type, ...over } as never);
  assert.equal(kindOf({ content_type: "image/svg+xml" }), "other");
  assert.equal(shown("text/plain"), true);
  assert.equal(shown("image/png"), true);
  assert.equal(shown("image/png", { scan: "infected" }), false);
  assert.equal(shown("image/png", { deleted_at: "2026-01-01" }), false);
  assert.equal(shown("application/zip"), false);
  assert.equal(shown("application/pdf"), true);
  assert.equal(shown("application/pdf", { scan: "infected" }), false);
});

const clipboard = (text: string, ...files: string[]): Pick<DataTransfer, "files" | "getData"> => ({
  files: files.map((name) => new File(["x"], name)) as unknown as FileList,
  getData: () => text,
});
const pasted = (text: string, ...files: string[]): string[] | undefined => pastedFiles(clipboard(text, ...files))?.map(({ name }) => name);

test("a picture is pasted as a file, a table with its picture as words", () => {
  assert.deepEqual(pasted("", "image.png"), ["image.png"]);
  assert.equal(pasted("North\t1,204", "image.png"), undefined);
  assert.equal(pasted("only words"), undefined);
  assert.equal(pastedFiles(null), null);
});

test("files copied in Finder bring their names as text, and are files all the same", () => {
  assert.deepEqual(pasted("plan.pdf", "plan.pdf"), ["plan.pdf"]);
  assert.deepEqual(pasted("plan.pdf\rlamp.jpg", "plan.pdf", "lamp.jpg"), ["plan.pdf", "lamp.jpg"]);
});

test("a message goes with as many files as the server takes, and with none that was refused", () => {
  const many = (count: number): UploadItem[] => Array.from({ length: count }, (_, index) => item(`${index}`, { state: "done" }));
  assert.equal(canGo(many(MOST_FILES)), true);
  assert.equal(canGo(many(MOST_FILES + 1)), false);
  assert.equal(canGo([...many(1), item("refused", { state: "failed" })]), false);
});
