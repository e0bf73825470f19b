import type { Id } from "../contract/types.ts";

/** Where this window has shown more as read than the server has said yet: the server's last word. */
const said = new Map<Id, number>();

/** This window moves the cursor of its own accord; the server, which has it at `readSeq`, hears of it later. */
export function goAhead(id: Id, readSeq: number): void {
  if (!said.has(id)) said.set(id, readSeq);
}

/**
 * The server says where the cursor stands, and this window has it at `mine`.
 *
 * Back  somebody marked as unread. Late  the server is on its way to where this window is already. On  there is more read than was known.
 */
export function heard(id: Id, readSeq: number, mine: number): "back" | "late" | "on" {
  const isBack = readSeq < (said.get(id) ?? mine);
  if (isBack || readSeq >= mine) said.delete(id);
  else said.set(id, readSeq);
  return isBack ? "back" : readSeq <= mine ? "late" : "on";
}
