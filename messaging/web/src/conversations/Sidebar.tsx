import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useEffect } from "preact/hooks";
import { dialog, openPanel, panel, togglePanel } from "../app/panel.ts";
import { PERSON_ACTIONS } from "../app/personMenu.ts";
import { navigate, route } from "../app/route.ts";
import { keyNames } from "../app/keys.ts";
import { VIEWS } from "../app/views.ts";
import { t, tn } from "../i18n/t.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon, Seal } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { openMenu } from "../design/menu.ts";
import { moveFocus } from "../design/roving.ts";
import { drafts } from "../messages/drafts.ts";
import { me, titleOf } from "../people/store.ts";
import { MOST_UNREAD } from "../receipts/store.ts";
import { search } from "../search/store.ts";
import { loadConversations } from "./actions.ts";
import { conversations, sections, type Known } from "./store.ts";
import { Sign } from "./Sign.tsx";

/** The way round the house: organisation, search, channels, direct messages, the person. */
export function Sidebar(): JSX.Element {
  return (
    <aside class="sidebar" aria-label={t("Sidebar")}>
      <header class="sidebar-head">
        <Seal />
        <span class="organisation"><bdi>{me.value?.tenant.name ?? " "}</bdi></span>
      </header>
      <div class="sidebar-tools">
        <button type="button" class="jump-to" onClick={() => (dialog.value = "switcher")}>
          <Icon name="search" size={16} />
          <span>{t("Jump to…")}</span>
          <kbd>{keyNames("Ctrl K")}</kbd>
        </button>
        <IconButton icon="search" label={t("Search messages")} shortcut="/" onClick={openSearch} />
      </div>
      <nav class="sidebar-list" aria-label={t("Conversations")} onKeyDown={onListKey}>
        <Views />
        <Lists />
      </nav>
      <Person />
    </aside>
  );
}

/** Search from here is for everything one may read. */
function openSearch(): void {
  search.value = { ...search.peek(), isHere: false };
  openPanel("search");
}

/** The person's own lists: each opens beside the conversation. */
function Views(): JSX.Element {
  return (
    <ul class="views">
      {VIEWS.map(({ id, icon, label, count }) => (
        <li key={id}>
          <button type="button" class={`entry ${count() > 0 ? "unread" : ""}`} aria-pressed={panel.value === id} data-view={id} onClick={() => togglePanel(id)}>
            <span class="sign"><Icon name={icon} size={18} /></span>
            <span class="entry-name">{label()}</span>
            <Badge messages={0} mentions={count()} />
            {count() > 0 && <span class="visually-hidden">{tn("{count} new", "{count} new", count())}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Lists(): JSX.Element {
  const { status } = conversations.value;
  const { channels, directs } = sections.value;
  const openId = route.value.conversationId;
  useEffect(() => document.querySelector(".entry[aria-current]")?.scrollIntoView({ block: "nearest" }), [openId, status]);
  if (status === "loading") return <ListSkeleton />;
  if (status === "error") {
    return <LoadError words={t("Your conversations could not be loaded.")} onRetry={() => void loadConversations()} />;
  }
  const isGuest = me.value?.role === "guest";
  return (
    <>
      <Section title={t("Channels")} items={channels} empty={isGuest ? t("You are in no channel yet. A member can add you.") : t("You are in no channel yet. Browse to find one.")}>
        {!isGuest && <IconButton icon="browse" label={t("Browse channels")} onClick={() => (dialog.value = "browse")} />}
        {!isGuest && <IconButton icon="plus" label={t("Create channel")} onClick={() => (dialog.value = "create")} />}
      </Section>
      <Section title={t("Direct messages")} items={directs} empty={t("Nobody written to yet.")}>
        <IconButton icon="compose" label={t("New direct message")} onClick={() => (dialog.value = "direct")} />
      </Section>
    </>
  );
}

interface SectionProps {
  title: string;
  items: readonly Known[];
  empty: string;
  children: preact.ComponentChildren;
}

function Section({ title, items, empty, children }: SectionProps): JSX.Element {
  return (
    <section class="section">
      <div class="section-head">
        <h2>{title}</h2>
        {children}
      </div>
      {items.length === 0 ? <p class="quiet">{empty}</p> : (
        <ul>
          {items.map((item) => <Entry key={item.id} item={item} isOpen={route.value.conversationId === item.id} hasDraft={drafts.value.has(item.id)} />)}
        </ul>
      )}
    </section>
  );
}

interface EntryProps {
  item: Known;
  isOpen: boolean;
  hasDraft: boolean;
}

const Entry = memo(function Entry({ item, isOpen, hasDraft }: EntryProps): JSX.Element {
  const { messages, mentions } = item.unread;
  const title = titleOf(item);
  return (
    <li>
      <a
        class={`entry ${messages > 0 ? "unread" : ""}`}
        href={`/c/${item.id}`}
        aria-current={isOpen ? "page" : undefined}
        title={title}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          navigate({ conversationId: item.id });
        }}
      >
        <Sign conversation={item} />
        <bdi class="entry-name">{title}</bdi>
        {hasDraft && !isOpen && <Icon name="pen" size={14} />}
        <Badge messages={messages} mentions={item.kind === "direct" ? Math.max(mentions, messages) : mentions} />
        <span class="visually-hidden">{spokenState(messages, mentions, hasDraft)}</span>
      </a>
    </li>
  );
});

/** What badge and pen say, for those who hear the list. */
function spokenState(messages: number, mentions: number, hasDraft: boolean): string {
  const parts: string[] = [];
  if (messages > 0) parts.push(tn("{count} unread", "{count} unread", messages));
  if (mentions > 0) parts.push(tn("{count} mention", "{count} mentions", mentions));
  if (hasDraft) parts.push(t("draft"));
  return parts.join(", ");
}

const counted = (count: number): string => (count >= MOST_UNREAD ? "99+" : String(count));

/** The seal's colour is for what asks for this person; everything else unread is counted quietly. */
function Badge({ messages, mentions }: { messages: number; mentions: number }): JSX.Element | null {
  if (mentions > 0) return <span class="badge mentions" data-badge="mentions" aria-hidden="true">{counted(mentions)}</span>;
  return messages > 0 ? <span class="badge" data-badge="unread" aria-hidden="true">{counted(messages)}</span> : null;
}

function ListSkeleton(): JSX.Element {
  return (
    <div role="status">
      <span class="visually-hidden">{t("Loading conversations…")}</span>
      {[60, 45, 70, 52, 66, 40].map((width) => <div key={width} class={`skeleton-entry w-${width}`} aria-hidden="true" />)}
    </div>
  );
}

function openPersonMenu({ currentTarget }: { currentTarget: Element }): void {
  const items = PERSON_ACTIONS.filter(({ shown }) => shown?.() ?? true);
  openMenu(currentTarget, t("You"), items.map(({ id, label, icon, keys, run }) => ({ id, label: label(), icon: icon(), hint: keys === undefined ? undefined : keyNames(keys), run })));
}

function Person(): JSX.Element {
  return (
    <footer class="sidebar-foot">
      <button type="button" class="person-button" aria-haspopup="menu" aria-label={t("You: {name}", { name: me.value?.name ?? "" })} onClick={openPersonMenu}>
        <Avatar userId={me.value?.id ?? null} size="s" />
        <bdi class="person-name">{me.value?.name ?? ""}</bdi>
        <Icon name="dots" />
      </button>
    </footer>
  );
}

function onListKey(event: KeyboardEvent): void {
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" } as const;
  const step = steps[event.key as keyof typeof steps];
  if (step === undefined) return;
  event.preventDefault();
  moveFocus(event.currentTarget as Element, ".entry", step);
}

/** The conversation before or after the open one, in the order of the sidebar; only unread ones if wished. */
export function neighbour(step: 1 | -1, isUnreadOnly: boolean): Known | undefined {
  const { channels, directs } = sections.peek();
  const all = [...channels, ...directs];
  const from = all.findIndex((item) => item.id === route.peek().conversationId);
  const order = step === 1 ? [...all.slice(from + 1), ...all.slice(0, Math.max(0, from))] : [...all.slice(0, Math.max(0, from)).reverse(), ...all.slice(from + 1).reverse()];
  return isUnreadOnly ? order.find((item) => item.unread.messages > 0) : order[0];
}
