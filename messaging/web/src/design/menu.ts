import { signal } from "@preact/signals";
import type { IconName } from "./Icon.tsx";

export interface MenuItem {
  id: string;
  label: string;
  icon: IconName;
  hint?: string | undefined;
  isDangerous?: boolean | undefined;
  /** A line stands between neighbours of different groups. */
  group?: number | undefined;
  run: () => void;
}

export interface OpenedMenu {
  anchor: Element;
  label: string;
  items: readonly MenuItem[];
  /** Who had the focus; it goes back there, or to `row` where the button is gone by then. */
  before: Element | null;
  row: Element | null;
}

/** The one menu of the page. */
export const openedMenu = signal<OpenedMenu | null>(null);

/** Show a menu at an element. */
export function openMenu(anchor: Element, label: string, items: readonly MenuItem[]): void {
  openedMenu.value = { anchor, label, items, before: document.activeElement, row: anchor.closest(".message") };
}
