import type { Signal } from "@preact/signals";

const MOST_READINGS = 3;

/**
 * Read what a store holds, again where the store has changed meanwhile: what events told of while the server was asked may be
 * newer than its answer. A store that does not come to rest is read three times.
 */
export async function readSteadily<T>(store: Signal<unknown>, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const before = store.peek();
    const answer = await read();
    if (store.peek() === before || attempt === MOST_READINGS) return answer;
  }
}
