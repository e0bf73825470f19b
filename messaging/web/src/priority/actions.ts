import { signal } from "@preact/signals";
import type { Id, Message, Page } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { actOn } from "../messages/actions.ts";
import { act } from "../transport/acts.ts";
import { ask } from "../transport/http.ts";

export interface Acknowledged {
  user_id: Id;
  acknowledged_at: string | null;
}

/** Messages this person has acknowledged since the page was opened: where very many are asked, the message names nobody. */
export const acknowledged = signal<ReadonlySet<Id>>(new Set());

/** One has taken notice, here or on another device. */
export function noted(messageId: Id): void {
  acknowledged.value = new Set([...acknowledged.peek(), messageId]);
}

/** Say that one has taken notice. */
export async function acknowledge(message: Message): Promise<void> {
  try {
    await actOn(message, () => act("POST", `/messages/${message.id}/acknowledge`));
    noted(message.id);
  } catch (error) {
    complain(error, () => acknowledge(message));
  }
}

/** A page of those who were asked, and the person's own row. */
export function whoAcknowledged(messageId: Id, limit: number): Promise<Page<Acknowledged> & { mine: Acknowledged | null }> {
  return ask("GET", `/messages/${messageId}/acknowledgements?limit=${limit}`);
}
