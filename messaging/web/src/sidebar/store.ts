import { computed, signal } from "@preact/signals";
import type { Id, Placement, Section } from "../contract/types.ts";
import { sections as grouped, type Grouped, type Known } from "../conversations/store.ts";

/** The person's own sections, in their order. */
export const ownSections = signal<readonly Section[]>([]);

export type ShelfKind = "favourites" | "own" | "channels" | "directs";

/** One heading of the sidebar with what stands under it. */
export interface Shelf {
  /** A section's own id, or the kind. */
  id: string;
  kind: ShelfKind;
  name: string;
  items: readonly Known[];
  isFolded: boolean;
}

const FOLDED = "folded-shelves";

function readFolded(): ReadonlySet<string> {
  return new Set((globalThis.localStorage?.getItem(FOLDED) ?? "").split(" ").filter((id) => id !== ""));
}

/** The headings that everybody has are folded per browser; sections of one's own on all devices. */
export const folded = signal<ReadonlySet<string>>(readFolded());

/** Fold a heading that everybody has, or unfold it. */
export function foldHere(id: string, isFolded: boolean): void {
  const next = new Set(folded.peek());
  if (isFolded) next.add(id);
  else next.delete(id);
  folded.value = next;
  localStorage.setItem(FOLDED, [...next].join(" "));
}

/** Everything on its shelf: favourites first, then one's own sections, then what is left of channels and direct messages. */
export function arranged({ channels, directs }: Grouped, own: readonly Section[], away: ReadonlySet<string>): Shelf[] {
  const shelves = new Map<string, Known[]>([["favourites", []], ...own.map(({ id }) => [id, []] as [string, Known[]]), ["channels", []], ["directs", []]]);
  for (const item of channels) shelves.get(shelfOf(item, shelves, "channels"))?.push(item);
  for (const item of directs) shelves.get(shelfOf(item, shelves, "directs"))?.push(item);
  const position = (item: Known): number => item.membership?.position ?? Infinity;
  const inOrder = (id: string): Known[] => (shelves.get(id) ?? []).sort((a, b) => position(a) - position(b));
  const everybodys = (id: "favourites" | "channels" | "directs", items: Known[]): Shelf => ({ id, kind: id, name: "", items, isFolded: away.has(id) });
  const favourites = inOrder("favourites");
  return [
    ...(favourites.length > 0 ? [everybodys("favourites", favourites)] : []),
    ...own.map((section): Shelf => ({ id: section.id, kind: "own", name: section.name, items: inOrder(section.id), isFolded: section.is_collapsed })),
    everybodys("channels", shelves.get("channels") ?? []),
    everybodys("directs", shelves.get("directs") ?? []),
  ];
}

function shelfOf({ membership }: Known, shelves: ReadonlyMap<string, unknown>, otherwise: string): string {
  if (membership?.is_favourite === true) return "favourites";
  const section = membership?.section_id ?? "";
  return shelves.has(section) ? section : otherwise;
}

/** The sidebar as it is drawn. */
export const shelves = computed(() => arranged(grouped.value, ownSections.value, folded.value));

/** What a folded shelf still shows: where something is unread, and what is open. */
export function shownOf({ items, isFolded }: Shelf, openId: Id | null): readonly Known[] {
  return isFolded ? items.filter((item) => item.id === openId || asks(item)) : items;
}

/** Whether a conversation asks to be looked at; a muted one only where this person is called on. */
export const asks = ({ unread, membership }: Known): boolean => unread.mentions > 0 || (unread.messages > 0 && membership?.is_muted !== true);

/** The person's own part of a conversation with its place in the sidebar changed. */
export function placed(item: Known, { section_id, position, is_favourite, is_muted }: Omit<Placement, "conversation_id">): Known {
  if (item.membership === null) return item;
  return { ...item, membership: { ...item.membership, section_id, position, is_favourite, is_muted } };
}

/** Where an item would stand before another one of its shelf, until the server says so. */
export function between(items: readonly Known[], before: Id): number | null {
  const at = items.findIndex(({ id }) => id === before);
  const next = items[at]?.membership?.position ?? null;
  if (next === null) return null;
  const previous = items[at - 1]?.membership?.position ?? next - 2;
  return (previous + next) / 2;
}

/** The neighbour to move before, for one step up or down; null stands for the end, undefined for nowhere to go. */
export function stepTarget(ids: readonly string[], id: string, step: 1 | -1): string | null | undefined {
  const from = ids.indexOf(id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= ids.length) return undefined;
  return step === -1 ? ids[to] : (ids[to + 1] ?? null);
}
