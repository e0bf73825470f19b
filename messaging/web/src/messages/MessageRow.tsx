import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { clock, moment, shortWhen, t, tn } from "../app/text.ts";
import { complain } from "../app/failure.ts";
import { Avatar } from "../design/Avatar.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { toast } from "../design/toast.ts";
import { conversations } from "../conversations/store.ts";
import { me, nameOf, person } from "../people/store.ts";
import { toggleReaction } from "../reactions/actions.ts";
import { FREQUENT } from "../reactions/emoji.ts";
import { openPicker } from "../reactions/EmojiPicker.tsx";
import { Reactions } from "../reactions/Reactions.tsx";
import { markUnread } from "../receipts/actions.ts";
import { Composer } from "./Composer.tsx";
import { Files } from "./Files.tsx";
import { deleting, editing, found } from "./focus.ts";
import { Markdown } from "./Markdown.tsx";
import { isEmojiOnly } from "./markdown.ts";
import { plain } from "./plain.ts";
import { systemSentence } from "./system.ts";

interface Props {
  message: Message;
  isGrouped: boolean;
  /** Inside a thread the thread is not offered again. */
  isInThread: boolean;
}

const LONG_TEXT = 2_500;
const LONG_LINES = 30;

const isMine = (message: Message): boolean => message.author_id !== null && message.author_id === me.value?.id;
const mayRemoveOthers = (): boolean => me.value?.role === "owner" || me.value?.role === "admin";

/** Whether the person may write where this message stands, and so also react to it. */
function mayPost(message: Message): boolean {
  return conversations.value.byId.get(message.conversation_id)?.can.post ?? false;
}

function openThread(message: Message): void {
  navigate({ conversationId: message.conversation_id, threadId: message.thread_id ?? message.id });
}

function address(message: Message): string {
  const thread = message.thread_id === null || message.also_in_conversation ? "" : `/t/${message.thread_id}`;
  return `${location.origin}/c/${message.conversation_id}/${message.seq}${thread}`;
}

async function copyLink(message: Message): Promise<void> {
  try {
    await navigator.clipboard.writeText(address(message));
    toast(t("Link copied."));
  } catch {
    toast(t("The browser does not allow copying here. The link: %(link)s", { link: address(message) }));
  }
}

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
      onPointerEnter={() => setActive(true)}
      onPointerLeave={(event) => !event.currentTarget.contains(document.activeElement) && setActive(false)}
      onFocusIn={() => setActive(true)}
      onFocusOut={(event) => leavesRow(event) && setActive(false)}
      onKeyDown={(event) => onMessageKey(event, message, isInThread)}
    >
      {isGrouped ? <time class="gutter" dateTime={message.created_at} title={moment(message.created_at)}>{clock(message.created_at)}</time> : <Avatar userId={message.author_id} />}
      <div class="message-main">
        {!isGrouped && <Byline message={message} />}
        {isEdited ? <Composer kind="edit" message={message} /> : <Body message={message} />}
        {!isEdited && <Files files={message.files} />}
        <Reactions message={message} mayReact={mayPost(message)} />
        {!isInThread && <ThreadSummary message={message} />}
      </div>
      {isActive && !isEdited && message.deleted_at === null && <Toolbar message={message} isInThread={isInThread} />}
    </article>
  );
});

function rowLabel(message: Message): string {
  const text = message.text === null ? t("message deleted") : plain(message.text).slice(0, 200);
  return t("%(name)s, %(when)s: %(text)s", { name: nameOf(message.author_id), when: clock(message.created_at), text });
}

function SystemRow({ message }: { message: Message }): JSX.Element {
  return (
    <div class="system-line" data-message={message.id} data-seq={message.seq}>
      <p dir="auto">
        {message.text !== null && message.text !== "" && !/^[a-z_]+$/.test(message.text) ? (
          <Words message={message} />
        ) : (
          <><bdi class="name">{nameOf(message.author_id)}</bdi> {systemSentence(message)}</>
        )}
      </p>
      <time dateTime={message.created_at} title={moment(message.created_at)}>{clock(message.created_at)}</time>
    </div>
  );
}

function Words({ message }: { message: Message }): JSX.Element {
  const text = message.text ?? "";
  const namesAuthor = message.author_id === null || text.startsWith(`<@${message.author_id}>`);
  return <>{!namesAuthor && <><bdi class="name">{nameOf(message.author_id)}</bdi>{" "}</>}{plain(text)}</>;
}

function Byline({ message }: { message: Message }): JSX.Element {
  const author = message.author_id === null ? undefined : person(message.author_id);
  return (
    <div class="byline">
      <bdi class="name">{nameOf(message.author_id)}</bdi>
      {author?.is_bot === true && <span class="tag">{t("app")}</span>}
      {author?.role === "guest" && <span class="tag">{t("guest")}</span>}
      {author?.is_active === false && <span class="tag">{t("left")}</span>}
      <time dateTime={message.created_at} title={moment(message.created_at)}>{clock(message.created_at)}</time>
      {message.thread_id !== null && message.also_in_conversation && (
        <button type="button" class="link-button" onClick={() => openThread(message)}>{t("replied to a thread")}</button>
      )}
    </div>
  );
}

function Body({ message }: { message: Message }): JSX.Element {
  const [isUnfolded, setUnfolded] = useState(false);
  if (message.deleted_at !== null || message.text === null) return <p class="deleted">{t("This message was deleted.")}</p>;
  const isLong = message.text.length > LONG_TEXT || message.text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  const isLarge = message.text.length < 50 && isEmojiOnly(message.text);
  return (
    <div class={`text ${isLarge ? "large-emoji" : ""} ${isLong && !isUnfolded ? "folded" : ""}`}>
      <Markdown text={message.text} />
      {message.edited_at !== null && <span class="edited" title={moment(message.edited_at)}>{t("(edited)")}</span>}
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
      <span class="count">{tn("%(count)s reply", "%(count)s replies", message.reply_count)}</span>
      {message.last_reply_at !== null && <span class="last">{t("last %(when)s", { when: shortWhen(message.last_reply_at) })}</span>}
    </button>
  );
}

function Toolbar({ message, isInThread }: { message: Message; isInThread: boolean }): JSX.Element {
  const canPost = mayPost(message);
  return (
    <div class="toolbar" role="toolbar" aria-label={t("Message actions")}>
      {canPost && FREQUENT.slice(0, 2).map((emoji) => (
        <button key={emoji} type="button" class="icon-button emoji" aria-label={t("React with %(emoji)s", { emoji })} title={t("React with %(emoji)s", { emoji })} onClick={() => void toggleReaction(message, emoji)}>
          {emoji}
        </button>
      ))}
      {canPost && <IconButton icon="smile" label={t("Add reaction")} shortcut="R" onClick={(event) => openPicker(event.currentTarget as Element, (emoji) => void toggleReaction(message, emoji))} />}
      {!isInThread && <IconButton icon="reply" label={t("Reply in thread")} shortcut="T" onClick={() => openThread(message)} />}
      <IconButton icon="link" label={t("Copy link")} shortcut="L" onClick={() => void copyLink(message)} />
      {!isInThread && message.thread_id === null && <IconButton icon="unread" label={t("Mark unread from here")} shortcut="U" onClick={() => void markUnread(message.conversation_id, message.seq)} />}
      {isMine(message) && <IconButton icon="pen" label={t("Edit message")} shortcut="E" onClick={() => (editing.value = message.id)} />}
      {(isMine(message) || mayRemoveOthers()) && <IconButton icon="trash" label={t("Delete message")} shortcut="Del" class="danger" onClick={() => (deleting.value = message.id)} />}
    </div>
  );
}

type Act = (message: Message, row: HTMLElement, isInThread: boolean) => void;

/** What single keys do on a focused message. */
const KEYS: Record<string, Act> = {
  r: (message, row) => mayPost(message) && openPicker(row.querySelector(".message-main") ?? row, (emoji) => void toggleReaction(message, emoji)),
  t: (message, _row, isInThread) => !isInThread && openThread(message),
  l: (message) => void copyLink(message).catch(complain),
  u: (message, _row, isInThread) => !isInThread && void markUnread(message.conversation_id, message.seq),
  e: (message) => isMine(message) && (editing.value = message.id),
  Delete: (message) => (isMine(message) || mayRemoveOthers()) && (deleting.value = message.id),
  Enter: (_message, row) => row.querySelector<HTMLElement>(".toolbar button")?.focus(),
};

function onMessageKey(event: KeyboardEvent, message: Message, isInThread: boolean): void {
  const row = event.currentTarget as HTMLElement;
  if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey || message.deleted_at !== null) return;
  const act = KEYS[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act(message, row, isInThread);
}

