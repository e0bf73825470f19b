import { useEffect } from "preact/hooks";
import type { Id } from "../contract/types.ts";

/** The server takes so many at once. */
const MOST = 200;
const WAIT_MS = 700;

const counts = new Map<Id, number>();
let tell: ((ids: Id[]) => void) | null = null;
let timer = 0;
let last = "";

/** Hand over the way to the server; it is told of whom the page shows, a moment after that changes. */
export function startWatching(send: (ids: Id[]) => void): void {
  tell = send;
  watchAgain();
}

/** The line is a new one: the server knows nothing of this page yet. */
export function watchAgain(): void {
  last = "";
  plan();
}

function plan(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const ids = [...counts.keys()].slice(-MOST).sort();
    const key = ids.join();
    if (key === last || tell === null) return;
    last = key;
    tell(ids);
  }, WAIT_MS) as unknown as number;
}

/** Have it said how these people are for as long as they are drawn. */
export function useInView(id: Id | null | undefined): void {
  useEffect(() => {
    if (id == null) return undefined;
    counts.set(id, (counts.get(id) ?? 0) + 1);
    plan();
    return () => {
      const left = (counts.get(id) ?? 1) - 1;
      if (left > 0) counts.set(id, left);
      else counts.delete(id);
      plan();
    };
  }, [id]);
}
