import { computed, signal } from "@preact/signals";
import type { Scheduled } from "../contract/types.ts";

/** What the person has waiting for its time, the next to be sent first. */
export const scheduled = signal<readonly Scheduled[]>([]);

/** Those that could not be sent and wait for their author. */
export const failedCount = computed(() => scheduled.value.filter((item) => item.failure !== null).length);

/** One entry as the server has it, in its place. */
export function withScheduled(items: readonly Scheduled[], item: Scheduled): Scheduled[] {
  return [...items.filter((other) => other.id !== item.id), item].sort((a, b) => a.send_at.localeCompare(b.send_at));
}
