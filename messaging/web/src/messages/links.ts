import type { Message } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";

type Placed = Pick<Message, "conversation_id" | "seq" | "thread_id" | "also_in_conversation">;

/** Where a message stands: in the history, or in its thread. */
export function placeOfMessage(message: Placed): { conversationId: string; at: number; threadId: string | null } {
  const threadId = message.also_in_conversation ? null : message.thread_id;
  return { conversationId: message.conversation_id, at: message.seq, threadId };
}

/** The address that opens a message in its place, wherever that is by then. */
export const linkTo = (message: Pick<Message, "id">): string => `${location.origin}/m/${message.id}`;

/** Put a message's address on the clipboard. */
export const copyLink = (message: Pick<Message, "id">): Promise<void> => copyAddress(linkTo(message));

/** Put an address on the clipboard; where the browser refuses, show it. */
export async function copyAddress(link: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    toast(t("Link copied."));
  } catch {
    toast(t("The browser does not allow copying here. The link: {link}", { link }));
  }
}
