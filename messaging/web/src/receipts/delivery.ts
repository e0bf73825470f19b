import { h } from "preact";
import type { DeliveryView, Id, MemberCursorsView, Message, ServerFrame } from "../contract/types.ts";
import { openOverlay } from "../app/overlay.ts";
import { ask, Refused } from "../transport/http.ts";
import { reach, withMarks, withMembers } from "./reach.ts";

/** What the line tells of who has and who has read. */
export function takeReceipts(frame: Extract<ServerFrame, { type: "receipts" }>): void {
  reach.value = withMarks(reach.peek(), frame.conversation_id, frame.items);
}

export type Delivery = DeliveryView;

const asked = new Set<Id>();

/** Have it said where the members of a conversation stand, once; the line tells what changes. */
export function loadReach(conversationId: Id): void {
  if (asked.has(conversationId)) return;
  asked.add(conversationId);
  ask<MemberCursorsView>("GET", `/conversations/${conversationId}/cursors`).then(
    ({ is_shown: isShown, members }) => {
      if (isShown) reach.value = withMembers(reach.peek(), conversationId, members);
    },
    (error: unknown) => {
      asked.delete(conversationId);
      if (!(error instanceof Refused)) throw error;
    },
  );
}

/** What was told while the line was down is asked for again, when it is next drawn. */
export function forgetReach(): void {
  for (const id of [...asked]) {
    asked.delete(id);
    if (reach.peek().has(id)) loadReach(id);
  }
}

/** How far one's own message got. */
export const askDelivery = (messageId: Id): Promise<Delivery> => ask("GET", `/messages/${messageId}/delivery`);

/** Show how far a message got. */
export function showDelivery(message: Message): void {
  void openOverlay(async () => {
    const { DeliveryDialog } = await import("./DeliveryDialog.tsx");
    return (close) => h(DeliveryDialog, { message, close });
  });
}
