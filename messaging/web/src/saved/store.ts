import { computed, signal } from "@preact/signals";
import type { Id, Message, Saved } from "../contract/types.ts";

/** What the person keeps for later: everything open, and the latest of what is done once somebody looks at it. */
export interface Later {
  status: "loading" | "ready" | "error";
  byId: ReadonlyMap<Id, Saved>;
}

export const later = signal<Later>({ status: "loading", byId: new Map() });

/** Whether a message is in the list and not done. */
export const isSaved = (message: Message): boolean => later.value.byId.get(message.id)?.done_at === null;

export const isOpen = (item: Saved): boolean => item.done_at === null;
export const isDue = (item: Saved): boolean => isOpen(item) && item.reminded_at !== null;

/** Everything in the list as the server has it. */
export const withAll = (state: Later, items: readonly Saved[]): Later => ({ ...state, status: "ready", byId: new Map(items.map((item) => [item.message_id, item])) });

/** One entry as the server has it. */
export const withItem = (state: Later, item: Saved): Later => ({ ...state, byId: new Map(state.byId).set(item.message_id, item) });

/** A message changed: where it is in the list, it stands there as it is now; one that was deleted is not shown. */
export function withChanged(state: Later, message: Message): Later {
  const item = state.byId.get(message.id);
  return item === undefined ? state : withItem(state, { ...item, message: message.deleted_at === null ? message : null });
}

/** One entry gone. */
export function withoutItem(state: Later, id: Id): Later {
  const byId = new Map(state.byId);
  return byId.delete(id) ? { ...state, byId } : state;
}

/** The order of the list: what is due first, then the latest. */
export function listed(state: Later, isWanted: (item: Saved) => boolean): Saved[] {
  const rank = (item: Saved): number => (isDue(item) ? 0 : 1);
  const when = (item: Saved): string => item.reminded_at ?? item.saved_at;
  return [...state.byId.values()].filter(isWanted).sort((a, b) => rank(a) - rank(b) || when(b).localeCompare(when(a)));
}

/** Reminders that were given and not answered. */
export const dueCount = computed(() => [...later.value.byId.values()].filter(isDue).length);
