import type { DBSchema, IDBPDatabase } from "idb";
import type { UploadItem } from "../files/uploads.ts";
import type { OutboxEntry } from "../messages/outbox.ts";

interface Kept extends DBSchema {
  outbox: { key: string; value: OutboxEntry };
  uploads: { key: string; value: { key: string; item: UploadItem; blob: Blob } };
  drafts: { key: string; value: { place: string; text: string; mentions: [string, string][]; version?: number; isDirty?: boolean } };
}

export type LocalStore = IDBPDatabase<Kept>;

let opened: Promise<LocalStore | null> | null = null;

/**
 * The browser's own store for one person: outbox and drafts.
 *
 * The origin separates organisations, the name separates people who share a browser. Null where the browser refuses storage
 * (a private window, a full disk): the client then works from memory alone.
 */
export function openLocal(userId: string): Promise<LocalStore | null> {
  opened ??= import("idb").then(({ openDB }) => openDB<Kept>(`chancery-${userId}`, 2, {
    upgrade(database, before) {
      if (before < 1) {
        database.createObjectStore("outbox", { keyPath: "key" });
        database.createObjectStore("drafts", { keyPath: "place" });
      }
      if (before < 2) database.createObjectStore("uploads", { keyPath: "key" });
    },
    // Signing out in another tab deletes it, and a newer release changes it: this tab must not stand in the way.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })).catch(() => null);
  return opened;
}

/** Write into the store; one that is full, or was emptied by signing out, costs only what a crash would lose. */
export function writeLocal(act: (store: LocalStore) => Promise<unknown>): void {
  void local().then((store) => (store === null ? undefined : act(store))).catch(() => undefined);
}

/** The store that `openLocal` opened; null before that or where there is none. */
export const local = (): Promise<LocalStore | null> => opened ?? Promise.resolve(null);
