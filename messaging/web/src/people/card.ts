import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";

interface Shown {
  userId: Id;
  anchor: Element;
  /** Who had the focus; it goes back there. */
  before: Element | null;
}

/** Whose card is open, and where. */
export const shownPerson = signal<Shown | null>(null);

/** Show who somebody is, beside what was asked about. */
export function showPerson(userId: Id, anchor: Element): void {
  shownPerson.value = { userId, anchor, before: document.activeElement };
}

function onClick({ target }: MouseEvent): void {
  // What stands inside a button or a link does what that does.
  const named = target instanceof Element ? target.closest<HTMLElement>("button, a, [data-person]") : null;
  const userId = named?.dataset["person"];
  if (named !== null && userId !== undefined) showPerson(userId, named);
}

/** A click on a name or a face that says `data-person` shows who that is, for as long as the page lives. */
export const startCards = (): void => document.addEventListener("click", onClick);
