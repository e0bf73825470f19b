import { backoffMs } from "../transport/backoff.ts";
import { Refused } from "../transport/http.ts";
import { line } from "./store.ts";

interface Debt {
  ask: () => Promise<unknown>;
  tries: number;
  isAsking: boolean;
  isAskedAgain: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const debts = new Map<string, Debt>();
let isListening = false;

/**
 * Ask the server until it answers: for what an event told of in passing, or what it has to be told, and nothing else would ask
 * for or say again.
 *
 * `what`   names it: asked for once more while it is under way, it is asked again afterwards.
 * `ask`    rejects with Refused, or tells `false`, where there was no answer. A refusal that will not pass ends it.
 * Offline  it waits for the line.
 */
export function owe(what: string, ask: () => Promise<unknown>): void {
  if (!isListening) line.subscribe((state) => state === "open" && settleAll());
  isListening = true;
  const debt = debts.get(what) ?? { ask, tries: 0, isAsking: false, isAskedAgain: false, timer: undefined };
  debts.set(what, debt);
  debt.ask = ask;
  if (debt.isAsking) debt.isAskedAgain = true;
  else void settle(what, debt);
}

/** It has been settled in another way. */
export function forgive(what: string): void {
  clearTimeout(debts.get(what)?.timer);
  debts.delete(what);
}

/** A line that only waits says nothing of the rest of the network. */
const mayAsk = (): boolean => line.peek() !== "offline" && line.peek() !== "revoked";

function settleAll(): void {
  for (const [what, debt] of [...debts]) if (!debt.isAsking) void settle(what, debt);
}

async function settle(what: string, debt: Debt): Promise<void> {
  clearTimeout(debt.timer);
  debt.isAsking = true;
  debt.isAskedAgain = false;
  let waitMs: number | null = null;
  try {
    if ((await debt.ask()) === false) waitMs = 0;
  } catch (error) {
    if (!(error instanceof Refused)) {
      if (debts.get(what) === debt) debts.delete(what);
      throw error;
    }
    if (error.isPassing && error.status !== 401) waitMs = error.retryAfterMs ?? 0;
  } finally {
    debt.isAsking = false;
  }
  if (debts.get(what) !== debt) return;
  if (waitMs !== null) {
    debt.timer = setTimeout(() => mayAsk() && void settle(what, debt), backoffMs(debt.tries++, { floorMs: Math.max(1_000, waitMs) }));
  } else if (debt.isAskedAgain) {
    debt.tries = 0;
    void settle(what, debt);
  } else debts.delete(what);
}
