import { h } from "preact";
import { openOverlay } from "../app/overlay.ts";
import type { Id } from "../contract/types.ts";

/** Ask for a day and open the history there. */
export function jumpToDate(conversationId: Id): void {
  void openOverlay(async () => {
    const { DateDialog } = await import("./DateDialog.tsx");
    return (close) => h(DateDialog, { conversationId, close });
  });
}

/** Where somebody stood in a history when they left it: by the message at the upper edge, and how far it was scrolled past. */
export interface Stand {
  seq: number;
  above: number;
}

const stands = new Map<Id, Stand>();

/** Remember where somebody stands; at the end there is nothing to remember. */
export function keepStand(conversationId: Id, stand: Stand | null): void {
  if (stand === null) stands.delete(conversationId);
  else stands.set(conversationId, stand);
}

export const standOf = (conversationId: Id): Stand | undefined => stands.get(conversationId);
