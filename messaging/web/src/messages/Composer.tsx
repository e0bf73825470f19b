import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Conversation, Id, Message } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { Expectation } from "../conversations/Expectation.tsx";
import { conversations } from "../conversations/store.ts";
import { Avatar } from "../design/Avatar.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { lazily } from "../design/lazily.tsx";
import { useListbox } from "../design/listbox.ts";
import { addFiles, at, canGo, pastedFiles, takeFiles, uploads } from "../files/uploads.ts";
import { sendTyping } from "../live/actions.ts";
import { me, people, titleOf } from "../people/store.ts";
import { edit } from "./actions.ts";
import { drafts, EMPTY, keepDraft, placeOf, type Draft } from "./drafts.ts";
import { begunEdit, dropEdit, keepEdit } from "./edits.ts";
import { editing } from "./focus.ts";
import type { Edit, Format, Selected } from "./format.ts";
import { Markdown } from "./Markdown.tsx";
import { decodeMentions, encodeMentions, personMention, typedAt, type Typed } from "./mentions.ts";
import { names } from "./plain.ts";
import { send } from "./sending.ts";
import { timelineOf } from "./store.ts";
import type { Suggestion } from "./suggestions.ts";
import { toolsFor, type Desk } from "./tools.ts";

/** The server's limit, in code points. */
export const MOST_CODE_POINTS = 40_000;
const COUNT_FROM = 38_000;
const TYPING_EVERY_MS = 3_000;
const MOST_HEIGHT = 320;

type Props =
  | { kind: "conversation"; conversation: Conversation }
  | { kind: "thread"; conversation: Conversation; threadId: Id }
  | { kind: "edit"; message: Message };

/** What formatting needs comes with the first focus; the first drawing of the page does without it. */
let crafts: (typeof import("./format.ts") & typeof import("./formatKeys.ts")) | null = null;

function fetchCrafts(): void {
  if (crafts !== null) return;
  void Promise.all([import("./format.ts"), import("./formatKeys.ts")])
    .then(([format, keys]) => (crafts = { ...format, ...keys }))
    .catch(() => undefined); // Writing works without; the next focus asks again.
}

/** Remembered on this device: whether the formatting bar is shown. */
const BAR = "format-bar";

const codePoints = (text: string): number => [...text].length;

/** What the composer works on: where its text comes from and what sending means. */
interface Work {
  start: Draft;
  placeholder: string;
  label: string;
  change: (draft: Draft) => void;
  submit: (text: string) => void;
}

function workOn(props: Props, also: boolean): Work {
  if (props.kind === "edit") return editWork(props.message);
  const { conversation } = props;
  const threadId = props.kind === "thread" ? props.threadId : null;
  const place = placeOf(conversation.id, threadId);
  const title = titleOf(conversation);
  const to = conversation.kind === "direct" ? title : `#${title}`;
  return {
    start: drafts.value.get(place) ?? EMPTY,
    placeholder: threadId === null ? t("Write to {name}", { name: to }) : t("Reply…"),
    label: threadId === null ? t("Message to {name}", { name: to }) : t("Reply in thread"),
    change: (draft) => keepDraft(place, draft),
    submit: (text) => send({ conversationId: conversation.id, threadId, text, alsoInConversation: also, files: takeFiles(place) }),
  };
}

function editWork(message: Message): Work {
  return {
    start: begunEdit(message.id, me.peek()?.id) ?? decodeMentions(message.text ?? "", names),
    placeholder: "",
    label: t("Edit message"),
    change: (draft) => keepEdit(message.id, me.peek()?.id, draft),
    submit: (text) => {
      if (text === message.text) endEdit(message.id);
      else void edit(message, text).then((done) => done && endEdit(message.id));
    },
  };
}

function endEdit(messageId: Id): void {
  dropEdit(messageId, me.peek()?.id);
  if (editing.peek() === messageId) editing.value = null;
}

/** Names typed in full without the list count as mentions too. */
function known(mentions: ReadonlyMap<string, string>): Map<string, string> {
  const everyone = [...people.peek().values()].filter((user) => user.is_active).map((user) => [`@${user.name}`, personMention(user.id)] as const);
  const all = [["@channel", "<!channel>"], ["@here", "<!here>"]] as const;
  return new Map([...everyone, ...all, ...mentions]);
}

/** Edit what this person wrote last here, or in a thread of here. */
function editLast(conversationId: Id, threadId: Id | null): boolean {
  const { roots, threads } = timelineOf(conversationId).peek();
  const mine = (threadId === null ? roots : threads.get(threadId)?.replies)?.findLast(
    (message) => message.author_id === me.peek()?.id && message.deleted_at === null && message.kind === "text",
  );
  if (mine === undefined) return false;
  editing.value = mine.id;
  return true;
}

const Attachments = lazily(() => import("../files/Attachments.tsx").then((module) => module.Attachments));

/** Where people write: new messages, replies, and changes to what they wrote. */
export function Composer(props: Props): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const [also, setAlso] = useState(false);
  const work = workOn(props, also);
  const [edited, setEdited] = useState<Draft>(work.start);
  // A new message's text lives in its draft, so that leaving and coming back, or another tab's load, finds it.
  const draft = props.kind === "edit" ? edited : work.start;
  const [caret, setCaret] = useState(draft.text.length);
  const [isDismissed, setDismissed] = useState(false);
  const typed = isDismissed ? null : typedAt(draft.text, caret);
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  const listId = useId();
  const lastTyping = useRef(0);

  const change = (next: Draft): void => {
    if (props.kind === "edit") setEdited(next);
    work.change(next);
  };
  // Written into the field at once: the next key may come before the next drawing, and must land behind the caret.
  const put = (next: Draft, at: number): void => {
    const element = field.current;
    if (element !== null) {
      element.value = next.text;
      element.setSelectionRange(at, at);
    }
    setCaret(at);
    change(next);
  };
  const insert = (emoji: string): void => {
    put({ ...draft, text: draft.text.slice(0, caret) + emoji + draft.text.slice(caret) }, caret + emoji.length);
    field.current?.focus();
  };
  const take = (index: number): void => {
    const suggestion = suggestions[index];
    if (suggestion === undefined || typed === null) return;
    const next = replaced(draft, typed, caret, suggestion);
    put(next.draft, next.caret);
  };
  const [hasBar, setBar] = useState(() => localStorage.getItem(BAR) !== null);
  const [isPreviewed, setPreviewed] = useState(false);
  const listbox = useListbox(suggestions.length, take, { takesTab: true });

  const count = draft.text.length > COUNT_FROM / 2 ? codePoints(draft.text) : draft.text.length;
  const isTooLong = count > MOST_CODE_POINTS;
  const place = props.kind === "edit" ? null : placeOf(props.conversation.id, props.kind === "thread" ? props.threadId : null);
  const files = place === null ? [] : at(uploads.value, place);
  const isReady = files.every((file) => file.state === "done");
  const canSend = (draft.text.trim() !== "" || files.length > 0) && !isTooLong && canGo(files);
  // Sent as soon as its files are there: nobody has to sit and watch them.
  const [isWaiting, setWaiting] = useState(false);

  const submit = (): void => {
    if (!canSend) return;
    setWaiting(!isReady);
    if (!isReady) return;
    work.submit(encodeMentions(draft.text.trim(), known(draft.mentions)));
    if (props.kind !== "edit") change(EMPTY);
    field.current?.focus();
  };

  const desk: Desk = {
    kind: props.kind,
    conversationId: props.kind === "edit" ? props.message.conversation_id : props.conversation.id,
    threadId: props.kind === "thread" ? props.threadId : null,
    alsoInConversation: also,
    text: () => encodeMentions(draft.text.trim(), known(draft.mentions)),
    insert,
    // The answer may have taken a while: what was written since stays.
    clear: () => place !== null && drafts.peek().get(place)?.text === draft.text && change(EMPTY),
  };

  useAutosize(field, draft.text);
  useEffect(() => {
    const element = field.current;
    const zone = element?.closest(".panel, .main");
    if (place === null || element === null || zone == null) return;
    const end = import("../files/drop.ts").then(({ takeDrops }) => takeDrops(zone, place, element), () => () => undefined); // Without a network: the next conversation asks again.
    return () => void end.then((stop) => stop());
  }, [place]);
  useEffect(() => {
    if (isWaiting && (isReady || !canSend)) submit();
    if (!canSend) setWaiting(false);
  }, [isWaiting, isReady, canSend]);
  useLayoutEffect(() => {
    const element = field.current;
    if (props.kind !== "edit" || element === null) return undefined;
    const before = document.activeElement;
    const row = element.closest<HTMLElement>(".message");
    element.focus();
    element.setSelectionRange(draft.text.length, draft.text.length);
    // Whoever is done goes on where they were; the button that began it may be gone, its message is not.
    return () => {
      if (element.form?.contains(document.activeElement) !== true) return;
      requestAnimationFrame(() => (before instanceof HTMLElement && before !== document.body && before.isConnected ? before : row)?.focus());
    };
  }, []);

  const onInput = (event: { currentTarget: HTMLTextAreaElement }): void => {
    setDismissed(false);
    listbox.setActive(0);
    setCaret(event.currentTarget.selectionStart);
    change({ ...draft, text: event.currentTarget.value });
    if (props.kind === "edit" || Date.now() - lastTyping.current < TYPING_EVERY_MS) return;
    lastTyping.current = Date.now();
    sendTyping(props.conversation.id);
  };

  const selected = (): Selected => ({ text: draft.text, start: field.current?.selectionStart ?? caret, end: field.current?.selectionEnd ?? caret });
  const format = (wanted: Format): void => {
    if (crafts !== null) replaceIn(field.current, crafts.formatted(wanted, selected()));
  };
  const toggleBar = (): void => {
    fetchCrafts();
    if (hasBar) localStorage.removeItem(BAR);
    else localStorage.setItem(BAR, "1");
    setBar(!hasBar);
    setPreviewed(false);
  };

  const onPaste = (event: ClipboardEvent): void => {
    const data = event.clipboardData;
    if (data === null) return;
    const plainText = data.getData("text/plain");
    const brought = pastedFiles(data);
    if (brought !== null) {
      event.preventDefault();
      if (place !== null) addFiles(place, brought);
      return;
    }
    const at = selected();
    if (crafts !== null && at.start !== at.end && crafts.isAddress(plainText)) {
      event.preventDefault();
      replaceIn(field.current, crafts.linked(at, plainText.trim()));
      return;
    }
    const html = data.getData("text/html");
    if (html === "" || crafts?.isInFence(at) === true) return;
    event.preventDefault();
    void import("./richPaste.ts")
      .then(({ markdownOf }) => markdownOf(html))
      .catch(() => null)
      .then((text) => replaceIn(field.current, pasted(selected(), text ?? plainText)));
  };

  const onNewLine = (event: KeyboardEvent): void => {
    const next = crafts?.continued(selected()) ?? null;
    if (next === null) return;
    event.preventDefault();
    replaceIn(field.current, next);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (listbox.onKey(event) || event.isComposing) return;
    const wanted = crafts?.formatFor(event);
    if (wanted !== undefined) {
      event.preventDefault();
      format(wanted);
    } else if (event.key === "Enter" && (event.shiftKey || event.altKey)) {
      onNewLine(event);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && crafts?.isInFence(selected()) === true) {
      // A new line in a block of code; Ctrl Enter sends from there.
    } else if (event.key === "Enter") {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && suggestions.length > 0) {
      event.stopPropagation();
      setDismissed(true);
    } else if (event.key === "Escape" && props.kind === "edit") {
      event.stopPropagation();
      endEdit(props.message.id);
    } else if (event.key === "ArrowUp" && draft.text === "" && props.kind !== "edit") {
      if (editLast(props.conversation.id, props.kind === "thread" ? props.threadId : null)) event.preventDefault();
    }
  };

  return (
    <form
      class={`composer ${props.kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {typed !== null && <Suggesting typed={typed} onFound={setSuggestions} />}
      {suggestions.length > 0 && <Suggestions id={listId} items={suggestions} active={listbox.active} onHover={listbox.setActive} onTake={take} />}
      {isPreviewed && draft.text.trim() !== "" && (
        <div class="composer-preview" role="region" aria-label={t("Preview")} tabIndex={0}>
          <div class="text"><Markdown text={desk.text()} /></div>
        </div>
      )}
      {hasBar && <FormatBar onFormat={format} isPreviewed={isPreviewed} onPreview={() => setPreviewed(!isPreviewed)} />}
      {place !== null && files.length > 0 && <Attachments place={place} />}
      {isWaiting && <p class="quiet" role="status">{t("Will be sent as soon as the files are uploaded.")} <button type="button" class="link-button" onClick={() => setWaiting(false)}>{t("Do not send")}</button></p>}
      <div class="composer-box">
        <textarea
          ref={field}
          rows={1}
          dir={draft.text === "" ? undefined : "auto"} // Empty, it begins where the page's language does.
          data-composer={props.kind}
          aria-label={work.label}
          placeholder={work.placeholder}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={suggestions.length > 0 ? listId : undefined}
          aria-activedescendant={suggestions.length > 0 ? `${listId}-${listbox.active}` : undefined}
          value={draft.text}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onFocus={fetchCrafts}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        />
        <div class="composer-tools">
          <IconButton icon="letters" label={hasBar ? t("Hide formatting") : t("Show formatting")} pressed={hasBar} onClick={toggleBar} />
          {toolsFor(desk).map((tool) => <IconButton key={tool.id} id={tool.id} icon={tool.icon} label={tool.label()} onClick={(event) => tool.run(desk, event.currentTarget as Element)} />)}
          {props.kind === "edit" ? <EditButtons canSave={canSend} onCancel={() => endEdit(props.message.id)} /> : <SendButton canSend={canSend} />}
        </div>
      </div>
      {props.kind === "conversation" && <Expectation conversation={props.conversation} />}
      {props.kind === "thread" && props.conversation.can.post && (
        <label class="also">
          <input type="checkbox" checked={also} onChange={(event) => setAlso(event.currentTarget.checked)} /> {t("Also send to the conversation")}
        </label>
      )}
      {count > COUNT_FROM && (
        <p class={`counter ${isTooLong ? "over" : ""}`} role="status">
          {isTooLong ? t("{count} characters too many", { count: count - MOST_CODE_POINTS }) : t("{count} characters left", { count: MOST_CODE_POINTS - count })}
        </p>
      )}
    </form>
  );
}

const Suggesting = lazily(() => import("./suggestions.ts").then((module) => module.Suggesting));
const FormatBar = lazily(() => import("./FormatBar.tsx").then((module) => module.FormatBar));

const pasted = ({ start, end }: Selected, text: string): Edit => ({ from: start, to: end, put: text, start: start + text.length, end: start + text.length });

/** As if it had been typed, so that the browser can take it back; the field tells of it by its own event. */
function replaceIn(element: HTMLTextAreaElement | null, { from, to, put, start, end }: Edit): void {
  if (element === null) return;
  element.focus();
  element.setSelectionRange(from, to);
  const isTyped = put === "" ? document.execCommand("delete") : document.execCommand("insertText", false, put);
  if (!isTyped) {
    element.setRangeText(put, from, to, "end");
    element.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  element.setSelectionRange(start, end);
}

function replaced(draft: Draft, typed: Typed, caret: number, suggestion: Suggestion): { draft: Draft; caret: number } {
  const put = `${suggestion.shown} `;
  const text = draft.text.slice(0, typed.start) + put + draft.text.slice(caret);
  const mentions = suggestion.stored === null ? draft.mentions : new Map(draft.mentions).set(suggestion.shown, suggestion.stored);
  return { draft: { text, mentions }, caret: typed.start + put.length };
}

/** Where the style sheet's `field-sizing` does it, measuring would only collapse the field for a moment and move the history. */
const SIZES_ITSELF = globalThis.CSS?.supports("field-sizing", "content") ?? false;

function useAutosize(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || SIZES_ITSELF) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(MOST_HEIGHT, element.scrollHeight)}px`;
  }, [text]);
}

function SendButton({ canSend }: { canSend: boolean }): JSX.Element {
  return (
    <button type="submit" class="send" disabled={!canSend} aria-label={t("Send")} title={t("Send (Enter)")}>
      <svg width="18" height="18" viewBox="0 0 20 20" aria-hidden="true"><path d="M3.5 10 16.5 4l-4 12.5-3-5-6-1.5Z" fill="currentColor" /></svg>
    </button>
  );
}

function EditButtons({ canSave, onCancel }: { canSave: boolean; onCancel: () => void }): JSX.Element {
  return (
    <>
      <button type="button" class="button small" onClick={onCancel}>{t("Cancel")}</button>
      <button type="submit" class="button small primary" disabled={!canSave}>{t("Save")}</button>
    </>
  );
}

interface SuggestionsProps {
  id: string;
  items: readonly Suggestion[];
  active: number;
  onHover: (index: number) => void;
  onTake: (index: number) => void;
}

function Suggestions({ id, items, active, onHover, onTake }: SuggestionsProps): JSX.Element {
  return (
    <ul id={id} class="suggestions" role="listbox" aria-label={t("Suggestions")}>
      {items.map((item, index) => (
        <li
          key={item.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onPointerMove={() => onHover(index)}
          onPointerDown={(event) => {
            event.preventDefault(); // The field keeps the focus.
            onTake(index);
          }}
        >
          {item.userId !== null && <Avatar userId={item.userId} size="s" />}
          <bdi>{item.label}</bdi>
          {item.detail !== "" && <span class="detail">{item.detail}</span>}
        </li>
      ))}
    </ul>
  );
}

function whyNot({ archived_at: archivedAt, posting, can }: Conversation): string {
  if (archivedAt !== null) return t("This conversation is archived. You can read it but not write in it.");
  if (posting === "everyone") return t("You can read this conversation but not write in it.");
  return can.reply ? t("Announcements only: owners post here, and everyone can reply in threads and react.") : t("Announcements only: owners post here, and everyone can react.");
}

/** The composer of a conversation, or the words that say why there is none. */
export function ConversationComposer({ conversation }: { conversation: Conversation }): JSX.Element {
  const current = conversations.value.byId.get(conversation.id) ?? conversation;
  if (current.can.post) return <Composer key={current.id} kind="conversation" conversation={current} />;
  return <p class="no-composer">{whyNot(current)}</p>;
}
