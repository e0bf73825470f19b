import { batch, signal } from "@preact/signals";
import type { Id, Page, Placement, Section } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { refreshConversation } from "../conversations/actions.ts";
import { changed, conversations, type Known } from "../conversations/store.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { ask, Refused } from "../transport/http.ts";
import { between, foldHere, ownSections, placed, shelves, type Shelf } from "./store.ts";

/** Read the person's sections. What was there stays where they cannot be read. */
export async function loadSections(): Promise<boolean> {
  try {
    ownSections.value = (await ask<Page<Section>>("GET", "/me/sections")).items;
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

/** Put a conversation elsewhere: here at once, then on the server and the other devices. */
export async function keep(id: Id, wish: Wish): Promise<void> {
  show(id, wish);
  try {
    const { conversation_id: _, ...place } = await ask<Placement>("PATCH", `/me/conversations/${id}`, wish);
    conversations.value = changed(conversations.peek(), id, (item) => placed(item, place));
  } catch (error) {
    complain(error);
    await refreshConversation(id).catch(() => undefined);
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
export const toggleFavourite = (item: Known): Promise<void> => keep(item.id, { is_favourite: item.membership?.is_favourite !== true });

/** Let a conversation be quiet, with a way back. */
export async function toggleMuted(item: Known, title: string): Promise<void> {
  const isMuted = item.membership?.is_muted !== true;
  await keep(item.id, { is_muted: isMuted });
  if (isMuted) toast(t("{name} is muted: it only asks for you where you are mentioned.", { name: title }), "plain", { label: t("Undo"), run: () => void keep(item.id, { is_muted: false }) });
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

/** Make a section, with a conversation in it where one is given. Throws Refused for the form to show. */
export async function createSection(name: string, taking: Id | null): Promise<void> {
  const section = await ask<Section>("POST", "/me/sections", { name });
  if (!ownSections.peek().some(({ id }) => id === section.id)) ownSections.value = [...ownSections.peek(), section];
  if (taking !== null) await keep(taking, { section_id: section.id, is_favourite: false });
}

/** Rename a section. Throws Refused for the form to show. */
export async function renameSection(id: Id, name: string): Promise<void> {
  put(await ask<Section>("PATCH", `/me/sections/${id}`, { name }));
}

/** Fold a heading, or unfold it. */
export function fold(shelf: Shelf): void {
  if (shelf.kind !== "own") return foldHere(shelf.id, !shelf.isFolded);
  put({ id: shelf.id, name: shelf.name, is_collapsed: !shelf.isFolded });
  ask("PATCH", `/me/sections/${shelf.id}`, { is_collapsed: !shelf.isFolded }).catch(failed);
}

/** Move a section before another one, or to the end. */
export function moveSection(id: Id, before: Id | null): void {
  const moved = ownSections.peek().find((section) => section.id === id);
  const others = ownSections.peek().filter((section) => section.id !== id);
  if (moved === undefined || id === before) return;
  const at = before === null ? others.length : others.findIndex((section) => section.id === before);
  ownSections.value = [...others.slice(0, at), moved, ...others.slice(at)];
  ask("PATCH", `/me/sections/${id}`, before === null ? { is_last: true } : { before_id: before }).catch(failed);
}

/** Take a section away; what stood in it goes back to its place. */
export async function removeSection({ id, name, items }: Shelf): Promise<void> {
  const ids = items.map((item) => item.id);
  try {
    await ask("DELETE", `/me/sections/${id}`);
    ownSections.value = ownSections.peek().filter((section) => section.id !== id);
    toast(t("The section {name} is gone; its conversations are where they were.", { name }), "plain", { label: t("Undo"), run: () => void restore(name, ids) });
  } catch (error) {
    complain(error);
  }
}

async function restore(name: string, ids: readonly Id[]): Promise<void> {
  try {
    await createSection(name, null);
    const section = ownSections.peek().findLast((one) => one.name === name);
    for (const id of ids) if (section !== undefined) await keep(id, { section_id: section.id });
  } catch (error) {
    complain(error);
  }
}

function put(section: Section): void {
  ownSections.value = ownSections.peek().map((one) => (one.id === section.id ? section : one));
}

function failed(error: unknown): void {
  complain(error);
  void loadSections();
}
