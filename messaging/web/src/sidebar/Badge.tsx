import type { JSX } from "preact";
import { MOST_UNREAD } from "../receipts/store.ts";

const counted = (count: number): string => (count >= MOST_UNREAD ? "99+" : String(count));

/** The seal's colour is for what asks for this person; everything else unread is counted quietly. */
export function Badge({ messages, mentions }: { messages: number; mentions: number }): JSX.Element | null {
  if (mentions > 0) return <span class="badge mentions" data-badge="mentions" aria-hidden="true">{counted(mentions)}</span>;
  return messages > 0 ? <span class="badge" data-badge="unread" aria-hidden="true">{counted(messages)}</span> : null;
}
