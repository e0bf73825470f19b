import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { dialog, panel, togglePanel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { t, tn } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { titleOf } from "../people/store.ts";
import { search } from "../search/store.ts";
import { archive, leave } from "./actions.ts";
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
      {conversation.kind !== "direct" && <Menu conversation={conversation} />}
    </header>
  );
}

function Menu({ conversation }: { conversation: Known }): JSX.Element {
  const menu = useRef<HTMLDivElement>(null);
  const isArchived = conversation.archived_at !== null;
  const choose = (act: () => void) => () => {
    menu.current?.hidePopover();
    act();
  };
  return (
    <>
      <IconButton
        icon="dots"
        label={t("More about this conversation")}
        onClick={(event) => {
          const at = (event.currentTarget as Element).getBoundingClientRect();
          const element = menu.current;
          if (element === null) return;
          element.togglePopover();
          element.style.top = `${at.bottom + 4}px`;
          element.style.left = `${Math.max(8, at.right - element.offsetWidth)}px`;
          element.querySelector("button")?.focus();
        }}
      />
      <div ref={menu} class="menu" popover="auto" role="group" aria-label={t("More about this conversation")}>
        <button type="button" onClick={choose(() => (dialog.value = "details"))}><Icon name="pen" /> {conversation.can.edit ? t("Name and topic") : t("About this channel")}</button>
        {conversation.can.archive && (
          <button type="button" onClick={choose(() => void archive(conversation.id, isArchived ? "restore" : "archive"))}>
            <Icon name="file" /> {isArchived ? t("Bring back from the archive") : t("Archive")}
          </button>
        )}
        <button type="button" class="danger" onClick={choose(() => void leave(conversation.id))}><Icon name="out" /> {t("Leave")}</button>
      </div>
    </>
  );
}
