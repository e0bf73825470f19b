import { batch, signal } from "@preact/signals";
import type { Id, Page, Placement, Section } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { rereadConversation } from "../conversations/actions.ts";
import { changed, conversations, type Known } from "../conversations/store.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { owe } from "../live/owed.ts";
import { readSteadily } from "../live/steady.ts";
import { act } from "../transport/acts.ts";
import { ask, Refused } from "../transport/http.ts";
import { between, foldHere, ownSections, placed, shelves, type Shelf } from "./store.ts";

/** Read the person's sections. What was there stays where they cannot be read. */
export async function loadSections(): Promise<boolean> {
  try {
    ownSections.value = (await readSteadily(ownSections, () => ask<Page<Section>>("GET", "/me/sections"))).items;
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return false;
  }
}

/** What is changed about a conversation's place; what is left out stays. */
export interface Wish {
  section_id?: Id | null;
  is_favourite?: boolean;
  is_muted?: boolean;
  before_id?: Id;
  is_last?: boolean;
}

/** Put a conversation elsewhere: here at once, then on the server and the other devices. Tells whether the server took it; else it is back where it was. */
export async function keep(id: Id, wish: Wish, again: () => unknown = () => keep(id, wish)): Promise<boolean> {
  const before = conversations.peek().byId.get(id)?.membership ?? null;
  show(id, wish);
  try {
    const { conversation_id: _, ...place } = await act<Placement>("PATCH", `/me/conversations/${id}`, wish);
    conversations.value = changed(conversations.peek(), id, (item) => placed(item, place));
    return true;
  } catch (error) {
    if (before !== null) conversations.value = changed(conversations.peek(), id, (item) => placed(item, before));
    complain(error, again);
    rereadConversation(id);
    return false;
  }
}

function show(id: Id, { before_id: before, is_last: _, ...wish }: Wish): void {
  conversations.value = changed(conversations.peek(), id, (item) => (item.membership === null ? item : placed(item, { ...item.membership, ...wish })));
  if (before === undefined) return;
  const shelf = shelves.peek().find(({ items }) => items.some((item) => item.id === before));
  const position = shelf === undefined ? null : between(shelf.items.filter((item) => item.id !== id), before);
  conversations.value = changed(conversations.peek(), id, (item) => (item.membership === null ? item : placed(item, { ...item.membership, position })));
}

/** Keep a conversation at the top, or let it go back. */
export const toggleFavourite = (item: Known): Promise<boolean> => keep(item.id, { is_favourite: item.membership?.is_favourite !== true });

/** Let a conversation be quiet, with a way back. */
export async function toggleMuted(item: Known, title: string): Promise<void> {
  const isMuted = item.membership?.is_muted !== true;
  const isTaken = await keep(item.id, { is_muted: isMuted }, () => toggleMuted(item, title));
  if (isMuted && isTaken) toast(t("{name} is muted: you are only notified when you are mentioned.", { name: title }), "plain", { label: t("Undo"), run: () => void keep(item.id, { is_muted: false }) });
}

/** Put a conversation onto a shelf, before one of it or at its end. */
export function moveTo(id: Id, shelf: Shelf, before: Id | null): void {
  const where: Wish = shelf.kind === "favourites" ? { is_favourite: true } : { is_favourite: false, section_id: shelf.kind === "own" ? shelf.id : null };
  const hasOrder = shelf.kind === "favourites" || shelf.kind === "own";
  void keep(id, !hasOrder ? where : before === null ? { ...where, is_last: true } : { ...where, before_id: before });
}

/** The section whose name is being written; null for a new one, which then takes in `taking`. */
export const naming = signal<{ section: Section | null; taking: Id | null }>({ section: null, taking: null });

/** Ask for a section's name. */
export function nameSection(section: Section | null, taking: Id | null = null): void {
  batch(() => {
    naming.value = { section, taking };
    dialog.value = "section";
  });
}

/** Fold a heading, or unfold it. */
export function fold(shelf: Shelf): void {
  if (shelf.kind !== "own") return foldHere(shelf.id, !shelf.isFolded);
  const before = ownSections.peek();
  put({ id: shelf.id, name: shelf.name, is_collapsed: !shelf.isFolded });
  act("PATCH", `/me/sections/${shelf.id}`, { is_collapsed: !shelf.isFolded }).catch((error: unknown) => failed(error, before, () => fold(shelf)));
}

/** Move a section before another one, or to the end. */
export function moveSection(id: Id, before: Id | null): void {
  const order = ownSections.peek();
  const moved = order.find((section) => section.id === id);
  const others = order.filter((section) => section.id !== id);
  if (moved === undefined || id === before) return;
  const at = before === null ? others.length : others.findIndex((section) => section.id === before);
  ownSections.value = [...others.slice(0, at), moved, ...others.slice(at)];
  act("PATCH", `/me/sections/${id}`, before === null ? { is_last: true } : { before_id: before }).catch((error: unknown) => failed(error, order, () => moveSection(id, before)));
}

/** Show a section as the server has it now. */
export function put(section: Section): void {
  ownSections.value = ownSections.peek().map((one) => (one.id === section.id ? section : one));
}

/** As it was, until the server says how it is. */
function failed(error: unknown, before: readonly Section[], again: () => void): void {
  ownSections.value = before;
  complain(error, again);
  owe("sections", loadSections);
}
