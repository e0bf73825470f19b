import { signal } from "@preact/signals";
import { ask } from "../transport/http.ts";

/** How many files others shared with this person that they have not looked for yet. */
export const newlyGiven = signal(0);

/** Counted up by every change, so that a list that stands open is read again. */
export const givenChanges = signal(0);

/** Ask how many there are. */
export async function loadGiven(): Promise<boolean> {
  newlyGiven.value = (await ask<{ count: number }>("GET", "/shared-files/new")).count;
  givenChanges.value++;
  return true;
}

/** The list stands before the person; their other devices hear of it. */
export async function seeGiven(): Promise<void> {
  if (newlyGiven.peek() === 0) return;
  newlyGiven.value = 0;
  await ask("POST", "/shared-files/seen");
}
