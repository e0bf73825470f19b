import type { ComponentChildren, JSX } from "preact";
import { memo } from "preact/compat";
import type { Id } from "../contract/types.ts";
import { navigate, route } from "../app/route.ts";
import { conversationMenu } from "../conversations/lazy.ts";
import { complain } from "../app/failure.ts";
import type { Known } from "../conversations/store.ts";
import { Sign } from "../conversations/Sign.tsx";
import { ahead } from "../design/ahead.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { openMenu } from "../design/menu.ts";
import { t, tn } from "../i18n/t.ts";
import { drafts } from "../messages/drafts.ts";
import { titleOf } from "../people/store.ts";
import { Badge } from "./Badge.tsx";
import { fold, moveSection, moveTo, nameSection } from "./actions.ts";
import { drag, drop, hover, putDown, take } from "./drag.ts";
import { Rows } from "./Rows.tsx";
import { asks, ownSections, shelves, shownOf, stepTarget, type Shelf } from "./store.ts";

const sections = ahead(() => import("./sections.ts"));

interface Props {
  shelf: Shelf;
  title: string;
  empty: ComponentChildren;
  /** What stands below the conversations, unless they are folded away. */
  after?: ComponentChildren;
  children?: ComponentChildren;
}

/** One heading of the sidebar and what stands under it. */
export function ShelfSection({ shelf, title, empty, after, children }: Props): JSX.Element {
  const openId = route.value.conversationId;
  const items = shownOf(shelf, openId);
  const isOwn = shelf.kind === "own";
  return (
    <section
      class={`section ${drag.value?.over === shelf.id ? "drop-here" : ""}`}
      data-shelf={shelf.id}
      onDragOver={(event) => hover(event, shelf, null)}
      onDrop={(event) => putDown(event, shelf, null)}
    >
      <div class="section-head" draggable={isOwn} onDragStart={(event) => isOwn && take(event, "section", shelf.id)} onDragEnd={drop}>
        <h2>
          <button type="button" class="fold" aria-expanded={!shelf.isFolded} onClick={() => fold(shelf)} onKeyDown={(event) => onSectionKey(event, shelf)} onContextMenu={(event) => isOwn && openSectionMenu(event, shelf)}>
            <Icon name="fold" size={14} /> <bdi>{title}</bdi>
          </button>
        </h2>
        {children}
        {isOwn && <IconButton icon="dots" label={t("More about the section {name}", { name: title })} hasMenu onClick={(event) => openSectionMenu(event, shelf)} />}
      </div>
      {shelf.items.length === 0 && !shelf.isFolded ? <div class="quiet">{empty}</div> : (
        <Rows
          items={items}
          openIndex={openId === null ? -1 : items.findIndex((item) => item.id === openId)}
          draw={(item) => <Entry item={item} shelf={shelf} isOpen={item.id === openId} hasDraft={drafts.value.has(item.id)} isUnder={drag.value?.over === item.id} />}
        />
      )}
      {!shelf.isFolded && after}
    </section>
  );
}

function onSectionKey(event: KeyboardEvent, { id, kind }: Shelf): void {
  const step = stepOf(event);
  if (step === null || kind !== "own") return;
  event.preventDefault();
  event.stopPropagation();
  const target = stepTarget(ownSections.peek().map((section) => section.id), id, step);
  if (target !== undefined) moveSection(id, target);
}

/** Ctrl Shift and an arrow move what has the focus. */
function stepOf(event: KeyboardEvent): 1 | -1 | null {
  if (!event.shiftKey || !(event.ctrlKey || event.metaKey)) return null;
  return event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : null;
}

function openSectionMenu(event: MouseEvent, shelf: Shelf): void {
  event.preventDefault();
  const section = ownSections.peek().find(({ id }) => id === shelf.id);
  if (section === undefined) return;
  openMenu(event.currentTarget as Element, shelf.name, [
    { id: "rename", label: t("Rename section"), icon: "pen", run: () => nameSection(section) },
    { id: "remove", label: t("Remove section"), icon: "trash", isDangerous: true, run: () => void sections().then(({ removeSection }) => removeSection(shelf), complain) },
  ]);
}

interface EntryProps {
  item: Known;
  shelf: Shelf;
  isOpen: boolean;
  hasDraft: boolean;
  isUnder: boolean;
}

const Entry = memo(function Entry({ item, shelf, isOpen, hasDraft, isUnder }: EntryProps): JSX.Element {
  const { messages, mentions } = item.unread;
  const title = titleOf(item);
  const isMuted = item.membership?.is_muted === true;
  const more = (event: MouseEvent): void => {
    event.preventDefault();
    const anchor = event.currentTarget as Element;
    void conversationMenu().then((open) => open(anchor, item, shelves.peek())).catch(complain);
  };
  return (
    <>
      <a
        class={`entry ${asks(item) ? "unread" : ""} ${isMuted ? "muted" : ""} ${isUnder ? "drop-before" : ""}`}
        href={`/c/${item.id}`}
        aria-current={isOpen ? "page" : undefined}
        title={title}
        data-conversation={item.id}
        draggable
        onDragStart={(event) => take(event, "conversation", item.id)}
        onDragEnd={drop}
        onDragOver={(event) => (event.stopPropagation(), hover(event, shelf, item.id))}
        onDrop={(event) => (event.stopPropagation(), putDown(event, shelf, item.id))}
        onContextMenu={more}
        onKeyDown={(event) => onEntryKey(event, shelf, item.id)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          navigate({ conversationId: item.id });
        }}
      >
        <Sign conversation={item} />
        <bdi class="entry-name">{title}</bdi>
        {isMuted && <Icon name="muted" size={14} />}
        {hasDraft && !isOpen && <Icon name="pen" size={14} />}
        <Badge messages={isMuted ? 0 : messages} mentions={item.kind === "direct" && !isMuted ? Math.max(mentions, messages) : mentions} />
        <span class="visually-hidden">{spokenState(item, hasDraft)}</span>
      </a>
      <button type="button" class="entry-more" tabIndex={-1} aria-label={t("More about {name}", { name: title })} aria-haspopup="menu" onClick={more}><Icon name="dots" size={16} /></button>
    </>
  );
});

function onEntryKey(event: KeyboardEvent, shelf: Shelf, id: Id): void {
  const step = stepOf(event);
  if (step === null || (shelf.kind !== "own" && shelf.kind !== "favourites")) return;
  event.preventDefault();
  event.stopPropagation();
  const target = stepTarget(shelf.items.map((item) => item.id), id, step);
  if (target !== undefined) moveTo(id, shelf, target);
}

/** What badge and pictures say, for those who hear the list. */
function spokenState({ unread: { messages, mentions }, membership }: Known, hasDraft: boolean): string {
  const parts: string[] = [];
  if (messages > 0) parts.push(tn("{count} unread", "{count} unread", messages));
  if (mentions > 0) parts.push(tn("{count} mention", "{count} mentions", mentions));
  if (membership?.is_muted === true) parts.push(t("muted"));
  if (hasDraft) parts.push(t("draft"));
  return parts.join(", ");
}
