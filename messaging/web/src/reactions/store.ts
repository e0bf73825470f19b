import type { Id, Reaction } from "../contract/types.ts";

/** My reaction put on or taken off; a reaction nobody holds any more is gone. */
export function toggled(reactions: readonly Reaction[], emoji: string, me: Id): { reactions: Reaction[]; isAdded: boolean } {
  const existing = reactions.find((reaction) => reaction.emoji === emoji);
  if (existing === undefined) return { reactions: [...reactions, { emoji, user_ids: [me], count: 1 }], isAdded: true };
  const isAdded = !existing.user_ids.includes(me);
  const user_ids = isAdded ? [...existing.user_ids, me] : existing.user_ids.filter((id) => id !== me);
  const next = { emoji, user_ids, count: existing.count + (isAdded ? 1 : -1) };
  return {
    reactions: reactions.map((reaction) => (reaction.emoji === emoji ? next : reaction)).filter((reaction) => reaction.count > 0),
    isAdded,
  };
}
