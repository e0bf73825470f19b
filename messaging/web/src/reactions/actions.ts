import type { Id, Message, Reaction } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { find, timelineOf, withReactions } from "../messages/store.ts";
import { rereadMessage } from "../messages/actions.ts";
import { me } from "../people/store.ts";
import { act } from "../transport/acts.ts";
import { toggled } from "./store.ts";

/** React, or take the reaction back: shown at once, taken back where the server does not take it, and as the server has it once it says. */
export async function toggleReaction(message: Message, emoji: string): Promise<void> {
  const mine = me.peek();
  if (mine === null) return;
  const { reactions, isAdded } = toggled(message.reactions, emoji, mine.id);
  show(message, reactions);
  try {
    await act(isAdded ? "PUT" : "DELETE", `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`);
  } catch (error) {
    takeBack(message, emoji, isAdded, mine.id);
    complain(error, () => again(message, emoji, isAdded));
    rereadMessage(message.conversation_id, message.id);
  }
}

/** Others may have reacted meanwhile: theirs stay. */
function takeBack(message: Message, emoji: string, wasAdded: boolean, mine: Id): void {
  const now = nowOf(message);
  const after = toggled(now.reactions, emoji, mine);
  if (after.isAdded !== wasAdded) show(now, after.reactions);
}

/** What was wanted, unless it has come about by itself. */
function again(message: Message, emoji: string, isAdded: boolean): void {
  const now = nowOf(message);
  const mine = me.peek();
  if (mine !== null && toggled(now.reactions, emoji, mine.id).isAdded === isAdded) void toggleReaction(now, emoji);
}

const nowOf = (message: Message): Message => find(timelineOf(message.conversation_id).peek(), message.id) ?? message;

function show(message: Message, reactions: Reaction[]): void {
  const timeline = timelineOf(message.conversation_id);
  timeline.value = withReactions(timeline.peek(), { message_id: message.id, reactions }, null);
}
