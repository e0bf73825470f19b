import type { EventData, Id } from "../contract/types.ts";
import { navigate, route } from "../app/route.ts";
import { conversations } from "../conversations/store.ts";
import { forgetMessages } from "../offline/kept.ts";
import { pinsChanged } from "../pins/actions.ts";
import { settled } from "../priority/notices.ts";
import { entryChanged } from "../saved/actions.ts";
import { later } from "../saved/store.ts";
import { rereadThread } from "../threads/actions.ts";
import { threads } from "../threads/store.ts";

/** What else shows messages that stand in another conversation now: an open thread, lists, what is kept for reading offline. */
export function departed({ conversation_id: from, message_ids: ids, root_ids: rootIds, to_id: to }: EventData["chancery.message.departed.v1"]): void {
  follow(from, to, ids);
  pinsChanged(from);
  for (const id of ids) {
    if (later.peek().byId.has(id)) entryChanged(id);
  }
  for (const id of [...ids, ...rootIds]) {
    if (threads.peek().byId.has(id)) rereadThread(id);
  }
  for (const id of ids) settled(id, null);
  void forgetMessages(from, ids);
}

/** Whoever looks at a thread goes along with it where they may; else it closes. */
function follow(from: Id, to: Id, ids: readonly Id[]): void {
  const { conversationId, threadId } = route.peek();
  if (conversationId !== from || threadId === null || !ids.includes(threadId)) return;
  const may = conversations.peek().byId.get(to)?.membership != null;
  navigate(may ? { conversationId: to, threadId } : { conversationId: from }, { replace: true });
}
