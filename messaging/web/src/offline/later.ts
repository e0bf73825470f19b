interface Waiting {
  since: number;
  timer: ReturnType<typeof setTimeout>;
}

const waiting = new Map<string, Waiting>();
const PATIENCE = 3;

/**
 * Write once things have been quiet for a moment, and in spite of all bustle after three such moments: where something happens
 * every second it is never quiet. A full disk costs only what is read offline.
 */
export function later<V>(what: string, waitMs: number, value: V | null, write: (value: V) => Promise<unknown>): void {
  if (value === null) return;
  const now = Date.now();
  const before = waiting.get(what);
  clearTimeout(before?.timer);
  const since = before?.since ?? now;
  const timer = setTimeout(() => {
    waiting.delete(what);
    void write(value).catch(() => undefined);
  }, Math.max(0, Math.min(waitMs, since + PATIENCE * waitMs - now)));
  waiting.set(what, { since, timer });
}
