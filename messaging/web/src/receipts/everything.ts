import type { Id } from "../contract/types.ts";
import { loadConversations } from "../conversations/actions.ts";
import { conversations, type Known } from "../conversations/store.ts";
import { toast } from "../design/toast.ts";
import { t, tn } from "../i18n/t.ts";
import { backoffMs } from "../transport/backoff.ts";
import { ask, Refused } from "../transport/http.ts";
import { showRead } from "./actions.ts";

/** Few enough that whatever else the person does meanwhile finds its way to the server. */
const MOST_AT_ONCE = 3;

interface Cursor {
  id: Id;
  seq: number;
  backwards: boolean;
}

/** Everything in every conversation was read: shown at once, told to the server bit by bit, with a way back. */
export function markEverythingRead(): void {
  const unread = [...conversations.peek().byId.values()].filter((item) => item.membership !== null && item.unread.messages > 0);
  if (unread.length === 0) return toast(t("Nothing is unread."));
  const forth = unread.map((item): Cursor => ({ id: item.id, seq: item.last_seq, backwards: false }));
  const back = unread.map((item): Cursor => ({ id: item.id, seq: readSeqOf(item), backwards: true }));
  for (const { id } of unread) showRead(id);
  const told = tellAll(forth);
  const words = tn("{count} conversation is marked as read.", "{count} conversations are marked as read.", unread.length);
  toast(words, "plain", { label: t("Undo"), run: () => void told.then(() => tellAll(back)).then(loadConversations) });
}

const readSeqOf = ({ membership }: Known): number => membership?.read_seq ?? 0;

async function tellAll(cursors: readonly Cursor[]): Promise<void> {
  const waiting = [...cursors];
  const inTurn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await tell(next);
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, inTurn));
}

/** Until the server has heard it: what was shown as read must not come back as unread. */
async function tell({ id, seq, backwards }: Cursor): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ask("POST", `/conversations/${id}/read`, { seq, backwards });
      return;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!error.isPassing) return; // Left, or closed to this person meanwhile.
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? backoffMs(attempt, { floorMs: 500 })));
    }
  }
}
