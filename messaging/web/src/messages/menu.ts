import { h } from "preact";
import type { Message } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { navigate } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import type { IconName } from "../design/Icon.tsx";
import { showPerson } from "../people/card.ts";
import { isManager, me, nameOf } from "../people/store.ts";
import { askConversation, askWhere, move } from "../moving/actions.ts";
import { togglePin } from "../pins/actions.ts";
import { toggleReaction } from "../reactions/actions.ts";
import { openPicker } from "../reactions/picker.ts";
import { markUnread } from "../receipts/actions.ts";
import { isSaved } from "../saved/store.ts";
import { isFollowed, toggleFollow } from "../threads/actions.ts";
import { remove } from "./actions.ts";
import { editing } from "./focus.ts";
import { copyLink } from "./links.ts";

const HOUR_MS = 3_600_000;

/** Who looks at a message, and where: all that decides what is offered. */
export interface Viewer {
  isMine: boolean;
  /** May write where the message stands. */
  canPost: boolean;
  /** Is in the conversation, which is open: reacts, and mends what they wrote, even where only few may write. */
  takesPart: boolean;
  /** Looks after the organisation, or owns the conversation. */
  manages: boolean;
  /** Inside a thread the thread is not offered again. */
  isInThread: boolean;
}

/** What can be done with a message. Features add a line to the table below; the row, its menu and its keys follow. */
export interface RowAction {
  id: string;
  label: (message: Message) => string;
  icon: IconName;
  /** In the bar that appears over the message; everything else is under “More”. */
  inBar?: boolean;
  /** The single key for a message that has the focus, as `KeyboardEvent.key` says it. */
  key?: string;
  isDangerous?: boolean;
  /** Neighbours of one group stand together in the menu. */
  group?: number;
  shown: (message: Message, viewer: Viewer) => boolean;
  /** `anchor` is what to place a picker or menu at: the button, or the message itself. */
  run: (message: Message, anchor: Element) => void;
}

export function openThread(message: Message): void {
  navigate({ conversationId: message.conversation_id, threadId: message.thread_id ?? message.id });
}

function openForward(message: Message): void {
  void openOverlay(async () => {
    const { ForwardDialog } = await import("../forwards/ForwardDialog.tsx");
    return (close) => h(ForwardDialog, { message, close });
  });
}

/** What a message said before it was edited. */
export function openVersions(message: Message): void {
  void openOverlay(async () => {
    const { VersionsDialog } = await import("./VersionsDialog.tsx");
    return (close) => h(VersionsDialog, { message, close });
  });
}

/** By the organisation's rule, as the server tells it of this conversation: authors move theirs for some hours. */
export function mayMoveAway({ kind, deleted_at: deletedAt, conversation_id: id, created_at: at }: Message, { isMine }: Viewer, now = Date.now()): boolean {
  const can = conversations.value.byId.get(id)?.can;
  if (kind !== "text" || deletedAt !== null || can === undefined) return false;
  const isLate = can.move_own_hours !== null && now - Date.parse(at) > can.move_own_hours * HOUR_MS;
  return can.move_others || (isMine && can.move_own && !isLate);
}

const always = (): boolean => true;

export const ROW_ACTIONS: readonly RowAction[] = [
  {
    id: "react",
    label: () => t("Add reaction"),
    icon: "smile",
    inBar: true,
    key: "r",
    shown: (_message, { takesPart }) => takesPart,
    run: (message, anchor) => openPicker(anchor, (emoji) => void toggleReaction(message, emoji)),
  },
  { id: "thread", label: () => t("Reply in thread"), icon: "reply", inBar: true, key: "t", shown: (_message, { isInThread }) => !isInThread, run: openThread },
  { id: "edit", label: () => t("Edit message"), icon: "pen", inBar: true, key: "e", shown: (message, { isMine, takesPart }) => isMine && takesPart && message.kind === "text", run: (message) => void (editing.value = message.id) },
  {
    id: "person",
    label: ({ author_id: id }) => t("About {name}", { name: nameOf(id) }),
    icon: "person",
    key: "i",
    shown: ({ author_id: id }) => id !== null,
    run: ({ author_id: id }, anchor) => id !== null && showPerson(id, anchor),
  },
  { id: "copy-link", group: 1, label: () => t("Copy link"), icon: "link", key: "l", shown: always, run: (message) => void copyLink(message).catch(complain) },
  {
    id: "follow",
    group: 1,
    label: (message) => (isFollowed(message.thread_id ?? message.id) ? t("Stop following the thread") : t("Follow the thread")),
    icon: "threads",
    shown: (message) => message.kind === "text" && conversations.value.byId.get(message.conversation_id)?.membership != null,
    run: (message) => void toggleFollow(message.thread_id ?? message.id),
  },
  { id: "forward", group: 1, label: () => t("Forward…"), icon: "forward", key: "f", shown: (message) => message.kind === "text", run: openForward },
  { id: "versions", group: 1, label: () => t("Earlier versions"), icon: "history", shown: (message) => message.edited_at !== null, run: openVersions },
  { id: "move", group: 2, label: () => t("Move to a thread…"), icon: "move", shown: (message, { isMine, manages, takesPart }) => message.kind === "text" && takesPart && (isMine || manages), run: askWhere },
  { id: "move-out", group: 2, label: () => t("Move out of the thread"), icon: "out", shown: (message, { isMine, manages, takesPart }) => message.thread_id !== null && takesPart && (isMine || manages), run: (message) => void move(message, null) },
  { id: "move-away", group: 2, label: () => t("Move to another conversation…"), icon: "move", shown: mayMoveAway, run: (message) => askConversation(message) },
  { id: "save", group: 3, label: (message) => (isSaved(message) ? t("Remove from later") : t("Save for later")), icon: "bookmark", key: "s", shown: always, run: (message) => void import("../saved/actions.ts").then(({ toggleSaved }) => toggleSaved(message)).catch(complain) },
  { id: "remind", group: 3, label: () => t("Remind me…"), icon: "bell", key: "m", shown: always, run: (message) => void import("../saved/actions.ts").then(({ askWhen }) => askWhen(message.id)).catch(complain) },
  { id: "pin", group: 3, label: (message) => (message.pin != null ? t("Unpin") : t("Pin for everyone")), icon: "pin", key: "p", shown: (message, { canPost }) => canPost && message.kind === "text", run: (message) => void togglePin(message) },
  {
    id: "unread",
    group: 3,
    label: () => t("Mark unread from here"),
    icon: "unread",
    key: "u",
    shown: (message, { isInThread }) => !isInThread && message.thread_id === null,
    run: (message) => void markUnread(message.conversation_id, message.seq),
  },
  { id: "delivery", group: 3, label: () => t("How far it got"), icon: "check", key: "d", shown: (message, { isMine }) => isMine && message.kind === "text", run: (message) => void import("../receipts/delivery.ts").then(({ showDelivery }) => showDelivery(message)).catch(complain) },
  { id: "delete", group: 4, label: () => t("Delete message"), icon: "trash", key: "Delete", isDangerous: true, shown: (_message, { isMine, manages }) => isMine || manages, run: (message) => void remove(message) },
];

/** What the person who is signed in may do with a message. */
export function viewerOf(message: Message, isInThread: boolean): Viewer {
  const conversation = conversations.value.byId.get(message.conversation_id);
  const mine = me.value;
  return {
    isMine: message.author_id !== null && message.author_id === mine?.id,
    canPost: conversation?.can.post ?? false,
    takesPart: conversation !== undefined && conversation.membership !== null && conversation.archived_at === null,
    manages: isManager(mine?.role) || conversation?.membership?.role === "owner",
    isInThread,
  };
}

/** The actions that are offered for a message, in the order of the table. */
export const actionsFor = (message: Message, viewer: Viewer): RowAction[] => ROW_ACTIONS.filter((action) => action.shown(message, viewer));

/** How a key is written on a button. */
export const keyName = (key: string | undefined): string | undefined => (key === undefined ? undefined : key === "Delete" ? "Del" : key.toUpperCase());
