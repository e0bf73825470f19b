import type { Id, Message } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { actOn } from "../messages/actions.ts";
import { act } from "../transport/acts.ts";
import { ask } from "../transport/http.ts";

/** What this person has answered. */
export const myVote = async (messageId: Id): Promise<number[]> => (await ask<{ options: number[] }>("GET", `/messages/${messageId}/vote`)).options;

/** Answer in place of what was answered before; true when the server took it. */
export async function vote(message: Message, options: readonly number[]): Promise<boolean> {
  try {
    await actOn(message, () => act("PUT", `/messages/${message.id}/vote`, { options }));
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** End a poll before its time. */
export async function closePoll(message: Message): Promise<void> {
  try {
    await actOn(message, () => act("POST", `/messages/${message.id}/close-poll`));
  } catch (error) {
    complain(error, () => closePoll(message));
  }
}
