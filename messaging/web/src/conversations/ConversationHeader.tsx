import type { JSX } from "preact";
import { openPanel, panel, togglePanel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { number, t } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import type { MenuItem } from "../design/menu.ts";
import { showPerson } from "../people/card.ts";
import { others, person, titleOf } from "../people/store.ts";
import { search } from "../search/store.ts";
import { StatusMark } from "../status/lazy.ts";
import { shelves } from "../sidebar/store.ts";
import { complain } from "../app/failure.ts";
import { conversationMenu } from "./lazy.ts";
import { Sign } from "./Sign.tsx";
import type { Known } from "./store.ts";

/** What the conversation keeps; a phone has no room for these in one line with the name, and has them in the menu. */
const LISTS = [
  { id: "files", icon: "clip", label: () => t("Files of this conversation") },
  { id: "pins", icon: "pin", label: () => t("Pinned messages") },
] as const;
const PHONE = "(max-width: 30rem)";

function listMenu(): MenuItem[] {
  if (!matchMedia(PHONE).matches) return [];
  return LISTS.map(({ id, icon, label }) => ({ id, icon, label: label(), run: () => openPanel(id) }));
}

function more(anchor: Element, conversation: Known): void {
  void conversationMenu().then((open) => open(anchor, conversation, shelves.peek(), listMenu())).catch(complain);
}

/** Name, topic, members, and what can be done with the conversation. */
export function ConversationHeader({ conversation }: { conversation: Known }): JSX.Element {
  const count = conversation.member_count;
  const [other, ...rest] = conversation.kind === "direct" ? others(conversation) : [];
  const single = rest.length === 0 ? other : undefined;
  return (
    <header class="conversation-head">
      <IconButton icon="back" label={t("Back to conversations")} class="phone-only" onClick={() => navigate({})} />
      <Sign conversation={conversation} />
      <div class="titles">
        <h1 dir="auto" data-person={single}>{titleOf(conversation)}</h1>
        {single !== undefined && <p class="topic"><StatusMark userId={single} withWords /> <bdi>{person(single)?.title}</bdi></p>}
        {conversation.topic !== "" && <p class="topic" dir="auto" title={conversation.topic}>{conversation.topic}</p>}
      </div>
      {single !== undefined ? (
        <IconButton id="person" icon="person" label={t("About {name}", { name: titleOf(conversation) })} onClick={(event) => showPerson(single, event.currentTarget as Element)} />
      ) : (
        <button type="button" class="member-count" aria-pressed={panel.value === "members"} aria-label={t("Members: {count}", { count })} title={t("Members")} onClick={() => togglePanel("members")}>
          <Icon name="people" /> {number(count)}
        </button>
      )}
      {LISTS.map(({ id, icon, label }) => <IconButton key={id} id={id} icon={icon} label={label()} class="not-phone" pressed={panel.value === id} onClick={() => togglePanel(id)} />)}
      <IconButton
        icon="search"
        label={t("Search in this conversation")}
        pressed={panel.value === "search" && search.value.isHere}
        onClick={() => {
          search.value = { ...search.peek(), isHere: true };
          togglePanel("search");
        }}
      />
      <IconButton icon="dots" label={t("More about this conversation")} hasMenu onClick={(event) => more(event.currentTarget as Element, conversation)} />
    </header>
  );
}
