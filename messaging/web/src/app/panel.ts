import { signal } from "@preact/signals";
import { navigate, route } from "./route.ts";


/** What stands beside the history when no thread does. */
export type Panel = "members" | "search" | "pins" | "threads" | "later" | "files" | "given" | "drafts" | null;

export const panel = signal<Panel>(null);

/** Open a panel; a thread that stands in its place makes room. */
export function openPanel(name: Panel): void {
  const { threadId, conversationId } = route.peek();
  if (threadId !== null) navigate({ conversationId });
  panel.value = name;
}

/** Open a panel, or close it where it is what one sees. */
export function togglePanel(name: Panel): void {
  const isSeen = panel.peek() === name && route.peek().threadId === null;
  if (isSeen) panel.value = null;
  else openPanel(name);
}

/** The dialog on top, if any. */
export type Dialog = "switcher" | "shortcuts" | "browse" | "create" | "direct" | "details" | "settings" | "invite" | "section" | "rules" | "convert" | "leave" | null;

export const dialog = signal<Dialog>(null);
