import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { dialog, openPanel, panel, togglePanel } from "../app/panel.ts";
import { complain } from "../app/failure.ts";
import { route } from "../app/route.ts";
import { keyNames } from "../app/keys.ts";
import { VIEWS } from "../app/views.ts";
import { t, tn } from "../i18n/t.ts";
import { StatusMark } from "../status/lazy.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon, Seal } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { moveFocus } from "../design/roving.ts";
import { isGuest, me } from "../people/store.ts";
import { search } from "../search/store.ts";
import { loadConversations } from "./actions.ts";
import { personMenu } from "./lazy.ts";
import { Badge } from "../sidebar/Badge.tsx";
import { ShelfSection } from "../sidebar/ShelfSection.tsx";
import { asks, shelves, shownOf, type Shelf } from "../sidebar/store.ts";
import { conversations, type Known } from "./store.ts";
import { WelcomeActs } from "./WelcomeActs.tsx";

/** With so few conversations a phone, which shows no welcome page, offers its buttons below the list. */
const FEW = 3;

/** Whoever is in so few channels finds the way to others in words, below them; later an icon beside their heading is enough. */
const FEW_CHANNELS = 6;

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
  const openId = route.value.conversationId;
  useEffect(() => document.querySelector(".entry[aria-current]")?.scrollIntoView({ block: "nearest" }), [openId, status]);
  if (status === "loading") return <ListSkeleton />;
  if (status === "error") {
    return <LoadError words={t("Your conversations could not be loaded.")} onRetry={() => void loadConversations()} />;
  }
  return (
    <>
      {shelves.value.map((shelf) => <Shelved key={shelf.id} shelf={shelf} />)}
      {conversations.value.byId.size <= FEW && <div class="phone-welcome"><WelcomeActs isBelowList /></div>}
    </>
  );
}

function emptyWords(visits: boolean): string {
  if (shelves.peek().some(({ items }) => items.some((item) => item.kind !== "direct"))) return t("All your channels are in your own sections.");
  return visits ? t("You are not in any channel yet. A member can add you.") : t("You are not in any channel yet. Browse to find one.");
}

const TITLES = { favourites: () => t("Favourites"), channels: () => t("Channels"), directs: () => t("Direct messages") };

function Shelved({ shelf }: { shelf: Shelf }): JSX.Element {
  const visits = isGuest(me.value?.role);
  if (shelf.kind === "own" || shelf.kind === "favourites") {
    return <ShelfSection shelf={shelf} title={shelf.kind === "own" ? shelf.name : TITLES.favourites()} empty={t("Drag a conversation here, or move one by its menu.")} />;
  }
  if (shelf.kind === "directs") {
    return (
      <ShelfSection shelf={shelf} title={TITLES.directs()} empty={t("No direct messages yet.")}>
        <IconButton id="direct" icon="compose" label={t("New direct message")} onClick={() => (dialog.value = "direct")} />
      </ShelfSection>
    );
  }
  const isInWords = !visits && shelf.items.length <= FEW_CHANNELS;
  const more = isInWords && <BrowseEntry />;
  return (
    <ShelfSection shelf={shelf} title={TITLES.channels()} empty={emptyWords(visits)} after={more}>
      {!visits && !isInWords && <IconButton id="browse" icon="browse" label={t("Browse channels")} onClick={() => (dialog.value = "browse")} />}
      {!visits && <IconButton id="create" icon="plus" label={t("Create channel")} onClick={() => (dialog.value = "create")} />}
    </ShelfSection>
  );
}

function BrowseEntry(): JSX.Element {
  return (
    <button type="button" class="entry browse-entry" data-action="browse" onClick={() => (dialog.value = "browse")}>
      <span class="sign"><Icon name="browse" size={18} /></span>
      <span class="entry-name">{t("Browse channels")}</span>
    </button>
  );
}

function ListSkeleton(): JSX.Element {
  return (
    <div role="status">
      <span class="visually-hidden">{t("Loading conversations…")}</span>
      {[60, 45, 70, 52, 66, 40].map((width) => <div key={width} class={`skeleton-entry w-${width}`} aria-hidden="true" />)}
    </div>
  );
}

function Person(): JSX.Element {
  return (
    <footer class="sidebar-foot">
      <button type="button" class="person-button" aria-haspopup="menu" onClick={({ currentTarget }) => void personMenu().then((open) => open(currentTarget)).catch(complain)}>
        <span class="visually-hidden">{t("You: {name}", { name: me.value?.name ?? "" })}</span>
        <Avatar userId={me.value?.id ?? null} size="s" />
        <bdi class="person-name" aria-hidden="true">{me.value?.name ?? ""}</bdi>
        <StatusMark userId={me.value?.id ?? null} />
        <Icon name="dots" />
      </button>
    </footer>
  );
}

function onListKey(event: KeyboardEvent): void {
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" } as const;
  const step = steps[event.key as keyof typeof steps];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  moveFocus(event.currentTarget as Element, ".entry, .fold", step);
}

/** The conversation before or after the open one, in the order of the sidebar; only unread ones if wished. */
export function neighbour(step: 1 | -1, isUnreadOnly: boolean): Known | undefined {
  const all = shelves.peek().flatMap((shelf) => shownOf(shelf, route.peek().conversationId));
  const from = all.findIndex((item) => item.id === route.peek().conversationId);
  const order = step === 1 ? [...all.slice(from + 1), ...all.slice(0, Math.max(0, from))] : [...all.slice(0, Math.max(0, from)).reverse(), ...all.slice(from + 1).reverse()];
  return isUnreadOnly ? order.find(asks) : order[0];
}
