import type { ComponentChildren, JSX } from "preact";
import type { Message } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { Avatar } from "../design/Avatar.tsx";
import { nameOf, titleOf } from "../people/store.ts";
import { placeOfMessage } from "./links.ts";
import { gistOf } from "./plain.ts";
import { actionIn } from "./system.ts";
import "./lists.css";

const NARROW = 900;

/** Open a message in its place. A narrow window has room for one thing: the message, not the list it came from. */
export function openMessage(message: Message): void {
  const place = placeOfMessage(message);
  if (innerWidth < NARROW) panel.value = null;
  navigate(place);
}

interface Props {
  message: Message;
  /** Lists of one conversation need not name it with each message. */
  showPlace: boolean;
  /** A line above the words: who pinned it, when it is due. */
  note?: ComponentChildren;
  /** What opening means where that is not the message's own place. */
  onOpen?: () => void;
  /** Buttons beside it. */
  children?: ComponentChildren;
}

/** A message in a list beside the history: who, where, when, the beginning of its words. Opens in its place. */
export function Excerpt({ message, showPlace, note, onOpen, children }: Props): JSX.Element {
  const conversation = conversations.value.byId.get(message.conversation_id);
  const where = conversation === undefined ? t("in a channel you are not in") : t("in {name}", { name: titleOf(conversation) });
  return (
    <div class="excerpt">
      <button type="button" class="hit" data-excerpt={message.id} onClick={() => (onOpen === undefined ? openMessage(message) : onOpen())}>
        {note !== undefined && <span class="excerpt-note">{note}</span>}
        <span class="hit-head">
          <Avatar userId={message.author_id} size="s" />
          <bdi class="name">{nameOf(message.author_id)}</bdi>
          <span class="where">{showPlace ? where : ""}</span>
          <time dateTime={message.created_at}>{shortWhen(message.created_at)}</time>
        </span>
        <span class={`hit-text ${actionIn(message) === null ? "" : "action"}`} dir="auto">{wordsOf(message)}</span>
      </button>
      {children !== undefined && <div class="excerpt-acts">{children}</div>}
    </div>
  );
}

function wordsOf(message: Message): string {
  if (message.text === null) return t("This message was deleted.");
  if (message.text !== "") return gistOf(message, 600);
  return message.files.map((file) => file.name).join(", ");
}
