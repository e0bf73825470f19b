import type { JSX } from "preact";
import type { Conversation } from "../contract/types.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon } from "../design/Icon.tsx";
import { others, presence } from "../people/store.ts";
import { useInView } from "../people/watch.ts";
import { t } from "../i18n/t.ts";

/** What stands before a conversation's name: # for public, a speaker for announcements, a lock for private, a face for direct. */
export function Sign({ conversation }: { conversation: Conversation }): JSX.Element {
  const [first] = conversation.kind === "direct" ? others(conversation) : [];
  useInView(first);
  if (conversation.kind === "direct") {
    const state = first === undefined ? undefined : presence.value.get(first);
    return (
      <span class="sign face">
        <Avatar userId={first ?? null} size="s" />
        {(state === "active" || state === "away") && <span class={`presence ${state}`} title={state === "active" ? t("online") : t("away")} />}
      </span>
    );
  }
  const name = conversation.kind === "private" ? "lock" : conversation.posting === "everyone" ? "hash" : "speaker";
  return <span class="sign"><Icon name={name} size={16} /></span>;
}
