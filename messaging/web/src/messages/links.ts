import type { Message } from "../contract/types.ts";
import { routePath } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";

type Placed = Pick<Message, "conversation_id" | "seq" | "thread_id" | "also_in_conversation">;

/** Where a message stands: in the history, or in its thread. */
export function placeOfMessage(message: Placed): { conversationId: string; at: number; threadId: string | null } {
  const threadId = message.also_in_conversation ? null : message.thread_id;
  return { conversationId: message.conversation_id, at: message.seq, threadId };
}

/** The address that opens a message in its place. */
export const linkTo = (message: Placed): string => location.origin + routePath(placeOfMessage(message));

/** Put a message's address on the clipboard; where the browser refuses, show it. */
export async function copyLink(message: Placed): Promise<void> {
  const link = linkTo(message);
  try {
    await navigator.clipboard.writeText(link);
    toast(t("Link copied."));
  } catch {
    toast(t("The browser does not allow copying here. The link: {link}", { link }));
  }
}
