import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";
import { moveSection, moveTo } from "./actions.ts";
import type { Shelf } from "./store.ts";

/** What is being dragged in the sidebar, and what it would come to stand before. */
interface Drag {
  kind: "conversation" | "section";
  id: Id;
  over: string | null;
}

export const drag = signal<Drag | null>(null);

const TYPE = "application/x-chancery-place";

/** Take hold of a conversation or a section. */
export function take(event: DragEvent, kind: Drag["kind"], id: Id): void {
  drag.value = { kind, id, over: null };
  event.dataTransfer?.setData(TYPE, id);
  if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = "move";
}

/** Let go without having put it anywhere. */
export const drop = (): void => void (drag.value = null);

/** Whether what is dragged may come to stand here; marks the place. */
export function hover(event: DragEvent, shelf: Shelf, before: Id | null): void {
  const current = drag.peek();
  if (current === null || (current.kind === "section" && shelf.kind !== "own")) return;
  event.preventDefault();
  const over = current.kind === "section" ? shelf.id : (before ?? shelf.id);
  if (current.over !== over) drag.value = { ...current, over };
}

/** Put it here: before an entry, at a shelf's end, or a section before another. */
export function putDown(event: DragEvent, shelf: Shelf, before: Id | null): void {
  const current = drag.peek();
  if (current === null) return;
  event.preventDefault();
  drop();
  if (current.kind === "section") moveSection(current.id, shelf.id);
  else if (current.id !== before) moveTo(current.id, shelf, before);
}
