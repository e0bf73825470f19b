import { signal } from "@preact/signals";
import type { Id, Message } from "../contract/types.ts";
import { passOver } from "../app/failure.ts";
import { ask } from "../transport/http.ts";

/** The originals of forwards, as far as this person may see them; null for those they may not. */
export const sources = signal<ReadonlyMap<Id, Message | null>>(new Map());

const asked = new Set<Id>();

/** Ask once where an original stands. */
export async function find(id: Id): Promise<void> {
  if (asked.has(id)) return;
  asked.add(id);
  let found: Message | null = null;
  try {
    found = await ask<Message>("GET", `/messages/${id}`);
  } catch (error) {
    passOver(error);
  }
  sources.value = new Map(sources.peek()).set(id, found === null || found.deleted_at !== null ? null : found);
}
