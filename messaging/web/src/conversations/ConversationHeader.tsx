import type { JSX } from "preact";
import { panel, togglePanel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { t, tn } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { openMenu } from "../design/menu.ts";
import { titleOf } from "../people/store.ts";
import { search } from "../search/store.ts";
import { shelves } from "../sidebar/store.ts";
import { conversationMenu } from "./menu.ts";
import { Sign } from "./Sign.tsx";
import type { Known } from "./store.ts";

/** Name, topic, members, and what can be done with the conversation. */
export function ConversationHeader({ conversation }: { conversation: Known }): JSX.Element {
  const count = conversation.member_count;
  return (
    <header class="conversation-head">
      <IconButton icon="back" label={t("Back to conversations")} class="phone-only" onClick={() => navigate({})} />
      <Sign conversation={conversation} />
      <div class="titles">
        <h1><bdi>{titleOf(conversation)}</bdi></h1>
        {conversation.topic !== "" && <p class="topic" dir="auto" title={conversation.topic}>{conversation.topic}</p>}
      </div>
      <button type="button" class="member-count" aria-pressed={panel.value === "members"} aria-label={tn("{count} member", "{count} members", count)} title={t("Members")} onClick={() => togglePanel("members")}>
        <Icon name="people" /> {count}
      </button>
      <IconButton icon="clip" label={t("Files of this conversation")} pressed={panel.value === "files"} onClick={() => togglePanel("files")} />
      <IconButton icon="pin" label={t("Pinned messages")} pressed={panel.value === "pins"} onClick={() => togglePanel("pins")} />
      <IconButton
        icon="search"
        label={t("Search in this conversation")}
        pressed={panel.value === "search" && search.value.isHere}
        onClick={() => {
          search.value = { ...search.peek(), isHere: true };
          togglePanel("search");
        }}
      />
      <IconButton icon="dots" label={t("More about this conversation")} hasMenu onClick={(event) => openMenu(event.currentTarget as Element, titleOf(conversation), conversationMenu(conversation, shelves.peek()))} />
    </header>
  );
}
