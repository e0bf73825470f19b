import type { PartUrl, PartUrls } from "../contract/generated.ts";
import type { FileView, Id } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { backoffMs } from "../transport/backoff.ts";
import { ask, Refused } from "../transport/http.ts";
import { newKey } from "../transport/key.ts";
import { local, writeLocal } from "../transport/local.ts";
import { arrived, due, missing, uploads, withChange, type UploadItem } from "./uploads.ts";

interface Upload {
  id: Id;
  part_bytes: number;
  part_count: number;
  received: number[];
  file: FileView | null;
}

const MOST_AT_ONCE = 3;
const MOST_ATTEMPTS = 12;

/** What stores answer where a part was damaged on the way, or its address has ended: 422 is ours, the others are S3's. */
const MENDED_BY_ANOTHER_TRY = new Set([400, 403, 404, 422]);

const blobs = new Map<string, Blob>();
const running = new Map<string, AbortController>();

/** Pictures of what is chosen, before the server has drawn any. */
export const previews = new Map<string, string>();

/** Put files into a draft and send them off. */
export function add(place: string, files: readonly File[]): void {
  for (const file of files) {
    const item: UploadItem = { key: newKey(), place, name: file.name || t("Pasted file"), size: file.size, type: file.type, sent: 0, state: "waiting", error: null, attempts: 0, uploadId: null, file: null };
    hold(item, file);
    uploads.value = [...uploads.peek(), item];
    keep(item);
  }
  pump();
}

/** Go on with what an earlier visit of this browser had begun. */
export async function resume(): Promise<void> {
  const kept = (await (await local())?.getAll("uploads")) ?? [];
  const known = new Set(uploads.peek().map((item) => item.key));
  const found = kept.filter(({ item }) => !known.has(item.key)).sort((a, b) => a.item.key.localeCompare(b.item.key));
  for (const { item, blob } of found) hold(item, blob);
  uploads.value = [...found.map(({ item }) => (item.state === "done" || item.state === "failed" ? item : { ...item, state: "waiting" as const })), ...uploads.peek()];
  pump();
}

/** Try a refused or stuck upload once more. */
export function retry(key: string): void {
  change(key, { state: "waiting", error: null, isFinal: false, attempts: 0 });
  pump();
}

/** Give an upload up, and what has arrived of it. */
export function cancel(item: UploadItem): void {
  running.get(item.key)?.abort();
  uploads.value = uploads.peek().filter((other) => other.key !== item.key);
  forget([item]);
  const path = item.file !== null ? `/files/${item.file.id}` : item.uploadId !== null ? `/uploads/${item.uploadId}` : null;
  // What is not reached now the server's clock tidies.
  if (path !== null) ask("DELETE", path).catch(() => undefined);
  pump();
}

/** Let go of what this browser holds of uploads that are done with. */
export function forget(items: readonly UploadItem[]): void {
  for (const { key } of items) {
    blobs.delete(key);
    const preview = previews.get(key);
    if (preview !== undefined) URL.revokeObjectURL(preview);
    previews.delete(key);
    writeLocal((store) => store.delete("uploads", key));
  }
}

/** Send one file outside of any draft, such as a new version of another; the caller hears how far it is. */
export async function sendAlone(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<FileView> {
  const upload = await ask<Upload>("POST", "/uploads", { name: file.name, size_bytes: file.size });
  return sendParts(upload, file, onProgress, signal);
}

function hold(item: UploadItem, blob: Blob): void {
  blobs.set(item.key, blob);
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(item.type)) previews.set(item.key, URL.createObjectURL(blob));
}

function keep(item: UploadItem): void {
  const blob = blobs.get(item.key);
  // A full disk or a private window: the upload then lives as long as this page.
  if (blob !== undefined) writeLocal((store) => store.put("uploads", { key: item.key, item, blob }));
}

function change(key: string, what: Partial<UploadItem>): void {
  uploads.value = withChange(uploads.peek(), key, what);
  const item = uploads.peek().find((other) => other.key === key);
  if (item !== undefined && ("state" in what || "uploadId" in what)) keep(item);
}

function pump(): void {
  for (const item of due(uploads.peek(), MOST_AT_ONCE)) {
    change(item.key, { state: "sending" });
    void alone(item.key, () => run(item.key));
  }
}

/** One window at a time sends a file, where the browser can tell; without it parts are sent twice, which does no harm. */
async function alone(key: string, work: () => Promise<void>): Promise<void> {
  if (navigator.locks === undefined) await work();
  else await navigator.locks.request(`upload-${key}`, work);
}

async function run(key: string): Promise<void> {
  const item = uploads.peek().find((other) => other.key === key);
  const blob = blobs.get(key);
  if (item === undefined || blob === undefined) return;
  const controller = new AbortController();
  running.set(key, controller);
  try {
    const upload = await standing(item);
    change(key, { uploadId: upload.id });
    const file = await sendParts(upload, blob, (sent) => change(key, { sent, attempts: 0 }), controller.signal);
    change(key, { state: "done", sent: item.size, file });
  } catch (error) {
    if (!controller.signal.aborted) stopped(key, error);
  } finally {
    running.delete(key);
    pump();
  }
}

/** A new upload, or where the one begun before stands; one that the server has tidied begins again. */
async function standing(item: UploadItem): Promise<Upload> {
  if (item.uploadId !== null) {
    try {
      return await ask<Upload>("GET", `/uploads/${item.uploadId}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
    }
  }
  return ask<Upload>("POST", "/uploads", { name: item.name, size_bytes: item.size });
}

async function sendParts(upload: Upload, blob: Blob, onProgress: (sent: number) => void, signal: AbortSignal): Promise<FileView> {
  if (upload.file !== null) return upload.file;
  let sent = arrived(blob.size, upload.part_bytes, upload.received);
  onProgress(sent);
  for (const number of missing(upload.part_count, upload.received)) {
    const piece = blob.slice((number - 1) * upload.part_bytes, number * upload.part_bytes);
    const before = sent;
    const sha256 = await checksum(piece);
    const { items } = await ask<PartUrls>("POST", `/uploads/${upload.id}/parts`, { parts: [{ number, sha256 }] }, signal);
    await put(items[0], piece, (loaded) => onProgress(before + loaded), signal);
    sent += piece.size;
    onProgress(sent);
  }
  return ask<FileView>("POST", `/uploads/${upload.id}/complete`, undefined, signal);
}

/** SHA-256 in base64, by which the store knows a part that was damaged on the way; null where the page may not compute it. */
async function checksum(piece: Blob): Promise<string | null> {
  if (globalThis.crypto.subtle === undefined) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await piece.arrayBuffer()));
  return btoa(String.fromCharCode(...digest));
}

/** PUT with progress: `fetch` does not tell how much has gone out. */
function put(address: PartUrl | undefined, piece: Blob, onProgress: (loaded: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const cut = (): void => reject(new Refused(0, null, null));
    request.open("PUT", address?.url ?? "");
    for (const [name, value] of Object.entries(address?.headers ?? {})) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Refused(MENDED_BY_ANOTHER_TRY.has(request.status) ? 0 : request.status, null, null))));
    request.addEventListener("error", cut);
    request.addEventListener("abort", cut);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(piece);
  });
}

/** What a refusal means: wait and go on, or leave it to the person. */
function stopped(key: string, error: unknown): void {
  const attempts = (uploads.peek().find((item) => item.key === key)?.attempts ?? 0) + 1;
  // An address of a part ends after some minutes; the next try asks for another.
  const isPassing = error instanceof Refused && (error.isPassing || error.status === 404);
  if (!isPassing || attempts > MOST_ATTEMPTS) {
    change(key, { state: "failed", error: isUnreadable(error) ? t("This file can no longer be read. Choose it again.") : explain(error), isFinal: isFinal(error), attempts });
    return;
  }
  change(key, { state: "paused", attempts });
  setTimeout(() => again(key), backoffMs(attempts, { floorMs: 500 }));
}

/** Moved, changed or taken away on the disk since it was chosen. */
const isUnreadable = (error: unknown): boolean => error instanceof DOMException && (error.name === "NotReadableError" || error.name === "NotFoundError");

/** Size and kind stay as they are; room may be made. */
function isFinal(error: unknown): boolean {
  return isUnreadable(error) || (error instanceof Refused && error.status === 422 && error.problem?.code !== "no_room");
}

function again(key: string): void {
  const item = uploads.peek().find((other) => other.key === key);
  if (item?.state !== "paused") return;
  change(key, { state: "waiting" });
  pump();
}

addEventListener("online", () => {
  for (const item of uploads.peek()) if (item.state === "paused") again(item.key);
});
