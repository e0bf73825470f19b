import { dialog } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { openMenu, type MenuItem } from "../design/menu.ts";
import { t } from "../i18n/t.ts";
import { copyAddress } from "../messages/links.ts";
import { titleOf } from "../people/store.ts";
import { markAllRead } from "../receipts/actions.ts";
import { keep, moveTo, nameSection, toggleFavourite, toggleMuted } from "../sidebar/actions.ts";
import type { Shelf } from "../sidebar/store.ts";
import { archive, leave } from "./running.ts";
import type { Known } from "./store.ts";

const FEWEST_TO_CONVERT = 3;

/** Show what can be done with a conversation, below what its head adds. */
export function openConversationMenu(anchor: Element, item: Known, shelves: readonly Shelf[], before: readonly MenuItem[] = []): void {
  openMenu(anchor, titleOf(item), [...before, ...conversationMenu(item, shelves)]);
}

/** What can be done with a conversation, from its head and from its line in the sidebar. */
function conversationMenu(item: Known, shelves: readonly Shelf[]): MenuItem[] {
  const rows: (MenuItem | false)[] = [...keeping(item, shelves), ...about(item)];
  return rows.filter((row) => row !== false);
}

function keeping(item: Known, shelves: readonly Shelf[]): (MenuItem | false)[] {
  const { membership } = item;
  if (membership === null) return [];
  const sections = shelves.filter(({ kind, id }) => kind === "own" && id !== membership.section_id);
  const isAnywhere = membership.section_id !== null && shelves.some(({ id }) => id === membership.section_id);
  return [
    item.unread.messages > 0 && { id: "read", group: 1, label: t("Mark as read"), icon: "check", run: () => markAllRead(item) },
    { id: "favourite", group: 1, label: membership.is_favourite ? t("Remove from favourites") : t("Add to favourites"), icon: "star", run: () => void toggleFavourite(item) },
    { id: "mute", group: 1, label: membership.is_muted ? t("Unmute") : t("Mute"), icon: "muted", run: () => void toggleMuted(item, titleOf(item)) },
    { id: "copy-link", group: 1, label: t("Copy link"), icon: "link", run: () => void copyAddress(`${location.origin}/c/${item.id}`) },
    ...sections.map((shelf): MenuItem => ({ id: `to-${shelf.id}`, group: 2, label: t("Move to {section}", { section: shelf.name }), icon: "move", run: () => moveTo(item.id, shelf, null) })),
    isAnywhere && { id: "out", group: 2, label: t("Remove from the section"), icon: "undo", run: () => void keep(item.id, { section_id: null }) },
    { id: "new-section", group: 2, label: t("Move to a new section…"), icon: "plus", run: () => nameSection(null, item.id) },
  ];
}

function about(item: Known): (MenuItem | false)[] {
  const open = (name: typeof dialog.value) => (): void => {
    navigate({ conversationId: item.id });
    dialog.value = name;
  };
  if (item.kind === "direct") {
    const isGroup = item.member_ids.length >= FEWEST_TO_CONVERT;
    return [isGroup && { id: "convert", group: 3, label: t("Turn into a private channel…"), icon: "lock", run: open("convert") }];
  }
  const isArchived = item.archived_at !== null;
  return [
    { id: "details", group: 3, label: item.can.edit ? t("Name and topic") : t("About this channel"), icon: "pen", run: open("details") },
    { id: "rules", group: 3, label: item.can.manage ? t("Rules of the channel") : t("See the rules of the channel"), icon: "sliders", run: open("rules") },
    item.can.archive && { id: "archive", group: 3, label: isArchived ? t("Bring back from the archive") : t("Archive"), icon: "file", run: () => void archive(item, isArchived ? "restore" : "archive") },
    item.membership !== null && { id: "leave", group: 4, label: t("Leave"), icon: "out", isDangerous: true, run: () => void leave(item) },
  ];
}
