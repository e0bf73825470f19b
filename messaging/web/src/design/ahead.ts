const loads = new Set<() => Promise<void>>();

/** A function whose code comes when it is first asked for, or when the page has nothing else to do. */
export function ahead<F>(load: () => Promise<F>): () => Promise<F> {
  loads.add(async () => void (await load()));
  return load;
}

/** Fetch everything that is drawn later, one after the other, so that it opens at once and works without a network. */
export async function fetchAhead(): Promise<void> {
  for (const load of loads) {
    await new Promise<void>((resolve) => (globalThis.requestIdleCallback === undefined ? setTimeout(resolve, 50) : requestIdleCallback(() => resolve())));
    await load().catch(() => undefined);
  }
}
