import type { Message, Reaction } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { timelineOf, withReactions } from "../messages/store.ts";
import { refreshMessage } from "../messages/actions.ts";
import { me } from "../people/store.ts";
import { ask } from "../transport/http.ts";
import { toggled } from "./store.ts";

/** React, or take the reaction back: shown at once, and put right by the server if it refuses. */
export async function toggleReaction(message: Message, emoji: string): Promise<void> {
  const mine = me.peek();
  if (mine === null) return;
  const { reactions, isAdded } = toggled(message.reactions, emoji, mine.id);
  show(message, reactions);
  try {
    await ask(isAdded ? "PUT" : "DELETE", `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`);
  } catch (error) {
    complain(error);
    void refreshMessage(message.conversation_id, message.id);
  }
}

function show(message: Message, reactions: Reaction[]): void {
  const timeline = timelineOf(message.conversation_id);
  timeline.value = withReactions(timeline.peek(), { message_id: message.id, reactions }, null);
}
