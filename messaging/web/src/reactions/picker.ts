import { signal } from "@preact/signals";

export interface Opened {
  anchor: Element;
  onPick: (emoji: string) => void;
  before: Element | null;
  row: Element | null;
}

/** What the one picker of the page is open for. */
export const opened = signal<Opened | null>(null);

/** Show the picker at an element. Focus comes back to where it was when the picker closes. */
export function openPicker(anchor: Element, onPick: (emoji: string) => void): void {
  opened.value = { anchor, onPick, before: document.activeElement, row: anchor.closest(".message") };
}
