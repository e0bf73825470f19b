import type { Id } from "../contract/types.ts";

/**
 * What was told of single entries while the server was asked: it may be newer than the answer.
 *
 * `tell`    an event, or another answer, speaks of an entry.
 * `during`  asks; `read` is given the entries that were told of since it began, and they grow while it waits.
 */
export class Meanwhile {
  private readonly readings = new Set<Set<Id>>();

  tell(id: Id): void {
    for (const told of this.readings) told.add(id);
  }

  async during<T>(read: (told: Set<Id>) => Promise<T>): Promise<T> {
    const told = new Set<Id>();
    this.readings.add(told);
    try {
      return await read(told);
    } finally {
      this.readings.delete(told);
    }
  }
}

/** The entries of an answer; those that were told of stand as they are known here. */
export function underTold<T>(answer: Map<Id, T>, known: ReadonlyMap<Id, T>, told: Iterable<Id>): Map<Id, T> {
  for (const id of told) {
    const ours = known.get(id);
    if (ours !== undefined) answer.set(id, ours);
  }
  return answer;
}
