import { signal } from "@preact/signals";

/** What stands beside the history when no thread does. */
export type Panel = "members" | "search" | null;

export const panel = signal<Panel>(null);

/** The dialog on top, if any. */
export type Dialog = "switcher" | "shortcuts" | "browse" | "create" | "direct" | "details" | "settings" | null;

export const dialog = signal<Dialog>(null);
