import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { clock, moment, shortWhen } from "../app/text.ts";
import { t, tn } from "../i18n/t.ts";
import { Avatar } from "../design/Avatar.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { openMenu } from "../design/menu.ts";
import { isGuest, me, nameOf, person } from "../people/store.ts";
import { StatusMark } from "../status/lazy.ts";
import { lazily } from "../design/lazily.tsx";
import { toggleReaction } from "../reactions/actions.ts";
import { FREQUENT } from "../reactions/emoji.ts";
import { Reactions } from "../reactions/Reactions.tsx";
import { Composer } from "./Composer.tsx";
import { Extras } from "./extras.tsx";
import { FilesOf } from "../files/FilesOf.tsx";
import { editing, found } from "./focus.ts";
import { Markdown, MarkdownLine } from "./Markdown.tsx";
import { isEmojiOnly } from "./markdown.ts";
import { actionsFor, keyName, openThread, openVersions, viewerOf, type RowAction } from "./menu.ts";
import { plain } from "./plain.ts";
import { actionIn } from "./system.ts";

const Ticks = lazily(async () => (await import("../receipts/Ticks.tsx")).Ticks);

const SystemSentence = lazily(async () => (await import("./SystemSentence.tsx")).SystemSentence);
const MovedMark = lazily(async () => (await import("../moving/MovedLine.tsx")).MovedMark);

const isOwnWords = (message: Message): boolean => message.author_id !== null && message.author_id === me.value?.id && message.kind === "text" && message.deleted_at === null;

interface Props {
  message: Message;
  isGrouped: boolean;
  /** Inside a thread the thread is not offered again. */
  isInThread: boolean;
}

/** Where nothing hovers, a message that appears under the finger was not asked for: there the focus of a tap opens the bar. */
const hovers = matchMedia("(hover: hover)");

const LONG_TEXT = 2_500;
const LONG_LINES = 30;

/** One message of a history or a thread. */
export const MessageRow = memo(function MessageRow({ message, isGrouped, isInThread }: Props): JSX.Element {
  const [isActive, setActive] = useState(false);
  if (message.kind === "system") return <SystemRow message={message} />;
  const isEdited = editing.value === message.id;
  const isFound = found.value === message.seq;
  const leavesRow = ({ currentTarget: row, relatedTarget: next }: FocusEvent): boolean =>
    row instanceof Element && !row.matches(":hover") && !(next instanceof Node && row.contains(next));

  return (
    <article
      class={`message ${isGrouped ? "grouped" : "leads"} ${isFound ? "found" : ""} ${isEdited ? "is-edited" : ""}`}
      data-message={message.id}
      data-seq={message.seq}
      tabIndex={-1}
      aria-label={rowLabel(message)}
      onPointerEnter={() => hovers.matches && setActive(true)}
      onPointerLeave={(event) => !event.currentTarget.contains(document.activeElement) && setActive(false)}
      onFocusIn={() => setActive(true)}
      onFocusOut={(event) => leavesRow(event) && setActive(false)}
      onKeyDown={(event) => onMessageKey(event, message, isInThread)}
    >
      {isGrouped ? <time class="gutter" dateTime={message.created_at} title={moment(message.created_at)}>{clock(message.created_at)}</time> : <Avatar userId={message.author_id} opens />}
      <div class="message-main">
        {!isGrouped && <Byline message={message} />}
        <Extras message={message} place="above" />
        {isEdited ? <Composer kind="edit" message={message} /> : <Body message={message} isGrouped={isGrouped} />}
        {!isEdited && <FilesOf files={message.files} />}
        {!isEdited && <Extras message={message} place="below" />}
        <Reactions message={message} mayReact={viewerOf(message, isInThread).takesPart} />
        {!isInThread && <ThreadSummary message={message} />}
      </div>
      {!isEdited && isOwnWords(message) && <Ticks message={message} />}
      {isActive && !isEdited && message.deleted_at === null && <Toolbar message={message} isInThread={isInThread} />}
    </article>
  );
});

function rowLabel(message: Message): string {
  const text = message.text === null ? t("message deleted") : plain(actionIn(message) ?? message.text).slice(0, 200);
  return t("{name}, {when}: {text}", { name: nameOf(message.author_id), when: clock(message.created_at), text });
}

function SystemRow({ message }: { message: Message }): JSX.Element {
  return (
    <div class="system-line" data-message={message.id} data-seq={message.seq}>
      <p dir="auto">
        <SystemSentence message={message} />
      </p>
      <time dateTime={message.created_at} title={moment(message.created_at)}>{clock(message.created_at)}</time>
    </div>
  );
}

function Byline({ message }: { message: Message }): JSX.Element {
  const author = message.author_id === null ? undefined : person(message.author_id);
  return (
    <div class="byline">
      <bdi class="name" data-person={message.author_id}>{nameOf(message.author_id)}</bdi>
      <StatusMark userId={message.author_id} />
      {author?.is_bot === true && <span class="tag">{t("app")}</span>}
      {isGuest(author?.role) && <span class="tag">{t("guest")}</span>}
      {author?.is_active === false && <span class="tag">{t("left")}</span>}
      <time dateTime={message.created_at} title={moment(message.created_at)}>{message.moved == null ? clock(message.created_at) : shortWhen(message.created_at)}</time>
      {message.moved != null && <MovedMark message={message} />}
      {message.thread_id !== null && message.also_in_conversation && (
        <button type="button" class="link-button" onClick={() => openThread(message)}>{t("replied to a thread")}</button>
      )}
    </div>
  );
}

function Body({ message, isGrouped }: { message: Message; isGrouped: boolean }): JSX.Element | null {
  const [isUnfolded, setUnfolded] = useState(false);
  if (message.deleted_at !== null || message.text === null) return <p class="deleted">{t("This message was deleted.")}</p>;
  const action = actionIn(message);
  if (action !== null) return <p class="text action" dir="auto">{isGrouped && <><bdi class="name">{nameOf(message.author_id)}</bdi> </>}<MarkdownLine text={action} /></p>;
  if (message.text === "") return null;
  const isLong = message.text.length > LONG_TEXT || message.text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  const isLarge = message.text.length < 50 && isEmojiOnly(message.text);
  return (
    <div class={`text ${isLarge ? "large-emoji" : ""} ${isLong && !isUnfolded ? "folded" : ""}`}>
      <Markdown text={message.text} />
      {message.edited_at !== null && <button type="button" class="edited" title={t("{when}. Show earlier versions.", { when: moment(message.edited_at) })} onClick={() => openVersions(message)}>{t("(edited)")}</button>}
      {isLong && (
        <button type="button" class="link-button unfold" aria-expanded={isUnfolded} onClick={() => setUnfolded(!isUnfolded)}>
          {isUnfolded ? t("Show less") : t("Show all of it")}
        </button>
      )}
    </div>
  );
}

function ThreadSummary({ message }: { message: Message }): JSX.Element | null {
  if (message.reply_count === 0 || message.thread_id !== null) return null;
  return (
    <button type="button" class="thread-summary" onClick={() => openThread(message)}>
      <span class="faces">{message.reply_user_ids.map((id) => <Avatar key={id} userId={id} size="s" />)}</span>
      <span class="count">{tn("{count} reply", "{count} replies", message.reply_count)}</span>
      {message.last_reply_at !== null && <span class="last">{t("last {when}", { when: shortWhen(message.last_reply_at) })}</span>}
    </button>
  );
}

/** The bar over a message: the frequent things at once, everything else under “More”. */
function Toolbar({ message, isInThread }: { message: Message; isInThread: boolean }): JSX.Element {
  const viewer = viewerOf(message, isInThread);
  const actions = actionsFor(message, viewer);
  const more = actions.filter((action) => action.inBar !== true);
  return (
    <div class="toolbar" role="toolbar" aria-label={t("Message actions")}>
      {viewer.takesPart && FREQUENT.slice(0, 2).map((emoji) => (
        <button key={emoji} type="button" class="icon-button emoji" aria-label={t("React with {emoji}", { emoji })} title={t("React with {emoji}", { emoji })} onClick={() => void toggleReaction(message, emoji)}>
          {emoji}
        </button>
      ))}
      {actions.filter((action) => action.inBar === true).map((action) => (
        <IconButton key={action.id} id={action.id} icon={action.icon} label={action.label(message)} {...hintOf(action)} onClick={(event) => action.run(message, event.currentTarget as Element)} />
      ))}
      {more.length > 0 && <IconButton icon="dots" label={t("More actions")} shortcut="." hasMenu onClick={(event) => openMore(message, isInThread, event.currentTarget as Element)} />}
    </div>
  );
}

function hintOf({ key }: RowAction): { shortcut?: string } {
  const name = keyName(key);
  return name === undefined ? {} : { shortcut: name };
}

function openMore(message: Message, isInThread: boolean, anchor: Element): void {
  const actions = actionsFor(message, viewerOf(message, isInThread));
  const items = actions.filter((action) => action.inBar !== true || anchor.classList.contains("message"));
  openMenu(anchor, t("More actions"), items.map((action) => ({
    id: action.id,
    label: action.label(message),
    icon: action.icon,
    hint: keyName(action.key),
    isDangerous: action.isDangerous,
    group: action.group,
    run: () => action.run(message, anchor.isConnected ? anchor : (document.querySelector(`[data-message="${message.id}"]`) ?? document.body)),
  })));
}

/** What single keys do on a focused message. */
function onMessageKey(event: KeyboardEvent, message: Message, isInThread: boolean): void {
  const row = event.currentTarget as HTMLElement;
  if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey || message.deleted_at !== null) return;
  const place = row.querySelector(".message-main") ?? row;
  if (event.key === "Enter") row.querySelector<HTMLElement>(".toolbar button")?.focus();
  else if (event.key === "." || event.key === "ContextMenu") openMore(message, isInThread, row);
  else {
    const action = actionsFor(message, viewerOf(message, isInThread)).find(({ key }) => key === event.key);
    if (action === undefined) return;
    action.run(message, place);
  }
  event.preventDefault();
}
