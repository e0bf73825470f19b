import { signal } from "@preact/signals";
import type { Id, StatusView } from "../contract/types.ts";
import { people } from "../people/store.ts";

/** What the line has told of people since they were loaded. */
export const told = signal<ReadonlyMap<Id, StatusView>>(new Map());

/** Drawn anew once a minute, so that what has expired disappears. */
export const minute = signal(0);

export function withStatus(state: ReadonlyMap<Id, StatusView>, id: Id, status: StatusView): ReadonlyMap<Id, StatusView> {
  return new Map(state).set(id, status);
}

/** What of a status is true at a moment; null when nothing is. */
export function standing(status: StatusView | null | undefined, now: number): StatusView | null {
  if (status == null) return null;
  const isOver = status.expires_at !== null && Date.parse(status.expires_at) <= now;
  const isQuiet = status.dnd_until !== null && Date.parse(status.dnd_until) > now;
  const said = isOver ? { ...status, emoji: "", text: "" } : status;
  if (said.emoji === "" && said.text === "" && !isQuiet) return null;
  return { ...said, dnd_until: isQuiet ? status.dnd_until : null };
}

/** What a person says of themselves now. */
export function statusOf(id: Id | null): StatusView | null {
  if (id === null) return null;
  void minute.value;
  return standing(told.value.get(id) ?? people.value.get(id)?.status, Date.now());
}
