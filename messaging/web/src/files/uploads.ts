import { signal } from "@preact/signals";
import type { FileView, Id } from "../contract/types.ts";
import { openLocal } from "../transport/local.ts";

/** A file on its way to the server, or there and not sent yet. */
export interface UploadItem {
  key: string;
  /** The draft it belongs to. */
  place: string;
  name: string;
  size: number;
  type: string;
  /** Bytes that have arrived. */
  sent: number;
  /** waiting: its turn comes; paused: the network does not answer, it goes on by itself; failed: a person decides. */
  state: "waiting" | "sending" | "paused" | "done" | "failed";
  error: string | null;
  /** Another try would be refused for the same reason. */
  isFinal?: boolean;
  attempts: number;
  uploadId: Id | null;
  file: FileView | null;
}

/** How many files the server takes with one message. */
export const MOST_FILES = 20;

/** All uploads of this window, in the order in which they were chosen. */
export const uploads = signal<readonly UploadItem[]>([]);

/** The item changed, wherever it stands; one that was taken away meanwhile stays away. */
export function withChange(items: readonly UploadItem[], key: string, change: Partial<UploadItem>): readonly UploadItem[] {
  return items.map((item) => (item.key === key ? { ...item, ...change } : item));
}

/** The items of one draft. */
export const at = (items: readonly UploadItem[], place: string): UploadItem[] => items.filter((item) => item.place === place);

/** Whether these files can go with a message now, or as soon as they are there. */
export const canGo = (items: readonly UploadItem[]): boolean => items.length <= MOST_FILES && !items.some(({ state }) => state === "failed");

/**
 * The files that a paste brings; null where it is meant as words.
 *
 * Office programs put a picture of the text beside it, and Finder puts the names of the files there as text.
 */
export function pastedFiles(data: Pick<DataTransfer, "files" | "getData"> | null): File[] | null {
  const files = [...(data?.files ?? [])];
  const words = data?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
  return files.length > 0 && (words === "" || words === files.map(({ name }) => name).join("\n")) ? files : null;
}

/** What to begin next: as many as may run at once, the oldest first. */
export function due(items: readonly UploadItem[], most: number): UploadItem[] {
  const free = most - items.filter((item) => item.state === "sending").length;
  return items.filter((item) => item.state === "waiting").slice(0, Math.max(0, free));
}

/** How many bytes of an upload have arrived, by the numbers of its parts. */
export function arrived(size: number, partBytes: number, received: readonly number[]): number {
  return received.reduce((sum, number) => sum + Math.min(partBytes, size - (number - 1) * partBytes), 0);
}

/** The numbers of the parts that are still to be sent. */
export function missing(partCount: number, received: readonly number[]): number[] {
  const there = new Set(received);
  return Array.from({ length: partCount }, (_, index) => index + 1).filter((number) => !there.has(number));
}

const engine = (): Promise<typeof import("./engine.ts")> => import("./engine.ts");

/** Take files up for a draft; they are on their way before the message is written. */
export const addFiles = (place: string, files: readonly File[]): void => void (files.length > 0 && engine().then(({ add }) => add(place, files)));

/** Go on with what an earlier visit had begun. The code is fetched only where there is something. */
export async function startUploads(userId: Id): Promise<void> {
  const store = await openLocal(userId);
  if (((await store?.count("uploads")) ?? 0) > 0) void (await engine()).resume();
}

/** The files of a draft leave it with its message. */
export function takeFiles(place: string): FileView[] {
  const taken = at(uploads.peek(), place).filter((item) => item.state === "done");
  uploads.value = uploads.peek().filter((item) => !taken.includes(item));
  if (taken.length > 0) void engine().then(({ forget }) => forget(taken));
  return taken.flatMap((item) => (item.file === null ? [] : [item.file]));
}

/** Let a person choose files of their machine. */
export function chooseFiles(take: (files: File[]) => void, { one = false, accept = "" } = {}): void {
  const field = document.createElement("input");
  field.type = "file";
  field.multiple = !one;
  field.accept = accept;
  field.hidden = true;
  field.addEventListener("change", () => (field.remove(), take([...(field.files ?? [])])));
  field.addEventListener("cancel", () => field.remove());
  // Outside of the page nothing holds it, and it may be gone before the browser's window is up.
  document.body.append(field);
  field.click();
}
