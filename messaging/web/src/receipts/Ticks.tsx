import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { t, tn } from "../i18n/t.ts";
import { loadReach } from "./delivery.ts";
import { reach, standingOf, type Standing } from "./reach.ts";

/** How far one's own message got: a mark, and words for whoever cannot see it. */
export function Ticks({ message }: { message: Message }): JSX.Element | null {
  useEffect(() => loadReach(message.conversation_id), [message.conversation_id]);
  const members = reach.value.get(message.conversation_id);
  if (members === undefined || members.size < 2) return null;
  const standing = standingOf(members, message);
  const words = said(standing);
  return (
    <span class={`ticks ${standing.state}`} role="img" aria-label={words} title={words}>
      <svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true" focusable="false">
        <path d={standing.state === "sent" ? "m4 6.5 3 3 6-7" : "m1 6.5 3 3 6-7M7.5 9l.5.5 6.5-7"} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
    </span>
  );
}

/** The state in words; the least that is true of everyone, and what is true of some. */
export function said({ state, recipients, delivered, seenBy }: Standing): string {
  if (state === "seen") return recipients === 1 ? t("Seen") : t("Seen by everyone");
  if (state === "delivered") return seenBy.length > 0 ? tn("Delivered to everyone, seen by {count}", "Delivered to everyone, seen by {count}", seenBy.length) : t("Delivered");
  if (delivered > 0) return tn("Sent, delivered to {delivered} of {count}", "Sent, delivered to {delivered} of {count}", recipients, { delivered });
  return t("Sent");
}
