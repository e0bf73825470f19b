import type { Id, Message, Page } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { takeMessage } from "../messages/actions.ts";
import { ask } from "../transport/http.ts";

export interface Acknowledged {
  user_id: Id;
  acknowledged_at: string | null;
}

/** Say that one has taken notice. */
export async function acknowledge(message: Message): Promise<void> {
  try {
    takeMessage(await ask<Message>("POST", `/messages/${message.id}/acknowledge`));
  } catch (error) {
    complain(error);
  }
}

/** A page of those who were asked, and the person's own row. */
export function whoAcknowledged(messageId: Id, limit: number): Promise<Page<Acknowledged> & { mine: Acknowledged | null }> {
  return ask("GET", `/messages/${messageId}/acknowledgements?limit=${limit}`);
}
