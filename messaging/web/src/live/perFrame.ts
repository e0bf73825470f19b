import { batch } from "@preact/signals";

/**
 * Collects what comes in and hands it on in one go, when `plan` says so: whatever depends on it is drawn once.
 * One that cannot be applied keeps none of the others back; it is thrown when they are through.
 */
export function inOneGo<T>(handle: (item: T) => void, plan: (flush: () => void) => void): (items: readonly T[]) => void {
  let queue: T[] = [];
  let isPlanned = false;

  const flush = (): void => {
    const items = queue;
    const failures: unknown[] = [];
    isPlanned = false;
    queue = [];
    batch(() => {
      for (const item of items) {
        try {
          handle(item);
        } catch (error) {
          failures.push(error);
        }
      }
    });
    if (failures.length > 0) throw failures[0];
  };

  return (items) => {
    for (const item of items) queue.push(item);
    if (isPlanned) return;
    isPlanned = true;
    plan(flush);
  };
}

const HIDDEN_MS = 50;
const STALLED_MS = 250;

/**
 * With the next frame that is drawn, or soon without one: a hidden tab gets none, and its badge must still count.
 * Nor does a tab that is hidden or covered between the asking and the frame, which would then wait for it until it is seen.
 */
export function nextFrame(flush: () => void): void {
  const isVisible = document.visibilityState === "visible";
  const once = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    flush();
  };
  const frame = isVisible ? requestAnimationFrame(once) : 0;
  const timer = setTimeout(once, isVisible ? STALLED_MS : HIDDEN_MS);
}
