import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
}

const LASTS_MS = 6_000;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Say something that needs no answer; it leaves by itself. */
export function toast(text: string, tone: Toast["tone"] = "plain"): void {
  const id = ++last;
  toasts.value = [...toasts.peek(), { id, text, tone }];
  setTimeout(() => dismiss(id), LASTS_MS);
}

/** Take a toast away before its time. */
export function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((other) => other.id !== id);
}
