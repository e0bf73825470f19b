import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
  /** What can be done about it, from the toast itself. */
  action: { label: string; run: () => void } | null;
}

const LASTS_MS = 6_000;
/** Time enough to read, decide and reach the button. */
const LASTS_WITH_ACTION_MS = 10_000;
/** What went wrong and can be mended stays: the network may take a while to come back, and nothing else tells of it. */
const LASTS_UNMENDED_MS = 60_000;
const MOST = 5;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Say something that needs no answer; it leaves by itself. */
export function toast(text: string, tone: Toast["tone"] = "plain", action: Toast["action"] = null): void {
  const id = ++last;
  toasts.value = [...toasts.peek(), { id, text, tone, action }].slice(-MOST);
  setTimeout(() => dismiss(id), action === null ? LASTS_MS : tone === "danger" ? LASTS_UNMENDED_MS : LASTS_WITH_ACTION_MS);
}

/** Take a toast away before its time. */
export function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((other) => other.id !== id);
}
