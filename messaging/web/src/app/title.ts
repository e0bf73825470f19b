import { conversations, unreadTotal } from "../conversations/store.ts";
import { me, titleOf } from "../people/store.ts";
import { route } from "./route.ts";

/** What the tab says: the open conversation, and before it whether something waits. */
function title(): string {
  const { conversationId } = route.value;
  const open = conversationId === null ? undefined : conversations.value.byId.get(conversationId);
  const { messages, mentions } = unreadTotal.value;
  const mark = mentions > 0 ? `(${mentions}) ` : messages > 0 ? "• " : "";
  return `${mark}${open === undefined ? (me.value?.tenant.name ?? "") : titleOf(open)} · Chancery`;
}

let calm: string | undefined;

/** Say what waits where a person looks who is elsewhere: in the title and the picture of the tab, and on the installed app. */
export function markWindow(): void {
  document.title = title();
  const { messages, mentions } = unreadTotal.value;
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (icon !== null) {
    calm ??= icon.href;
    const href = messages + mentions > 0 ? (icon.dataset["unread"] ?? calm) : calm;
    if (icon.href !== href) icon.href = href;
  }
  // 0 takes it away. Refused where the app is not installed.
  void navigator.setAppBadge?.(mentions).catch(() => undefined);
}
