import { ask, Refused, type Method } from "./http.ts";
import { newKey } from "./key.ts";

/** What a person does is worth a moment of patience: a server that starts anew, a network that changes towers. */
const AGAIN_AFTER_MS = [400, 1_600] as const;
const MOST_PATIENCE_MS = 3_000;
const REMEMBERED_MS = 10 * 60_000;

/**
 * Do what a person asks, and again where no answer came: only for what done twice is done once.
 *
 * Errors  Refused as `ask` has it. Offline it is told at once.
 */
export function act<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return patiently(() => ask<T>(method, path, body), method === "DELETE");
}

const unanswered = new Map<string, { key: string; until: number }>();

/**
 * Do what done twice would be there twice, such as making something.
 *
 * The server knows a repetition by its key. What got no answer keeps its key for a while: whoever presses again, since nothing
 * seemed to happen, asks for the same.
 */
export async function actOnce<T>(path: string, body?: unknown): Promise<T> {
  const wish = `${path} ${JSON.stringify(body)}`;
  const before = unanswered.get(wish);
  const key = before !== undefined && before.until > Date.now() ? before.key : newKey();
  unanswered.set(wish, { key, until: Date.now() + REMEMBERED_MS });
  try {
    const answer = await patiently(() => ask<T>("POST", path, body, undefined, key), false);
    unanswered.delete(wish);
    return answer;
  } catch (error) {
    if (!(error instanceof Refused) || !error.isPassing) unanswered.delete(wish);
    throw error;
  }
}

async function patiently<T>(asking: () => Promise<T>, takesAway: boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await asking();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // It had been taken away, and only the answer was lost.
      if (tries > 0 && takesAway && error.status === 404) return undefined as T;
      const waitMs = AGAIN_AFTER_MS[tries];
      const asksForMore = (error.retryAfterMs ?? 0) > MOST_PATIENCE_MS;
      if (waitMs === undefined || asksForMore || !isCut(error) || !navigator.onLine) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, error.retryAfterMs ?? 0)));
    }
  }
}

/** The network, or a server that is just not there; what it refused for a reason of its own is told. */
const isCut = ({ status }: Refused): boolean => status === 0 || (status >= 502 && status <= 504);
