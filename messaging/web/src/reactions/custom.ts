import { signal } from "@preact/signals";
import type { EmojiView, Page } from "../contract/types.ts";
import { askAll, ask, Refused } from "../transport/http.ts";

/** The organisation's own emoji, by name; empty until somebody needs them. */
export const custom = signal<ReadonlyMap<string, EmojiView>>(new Map());

export const readCustom = (): Promise<EmojiView[]> => askAll<EmojiView>("/emoji?limit=200", 2_000);

const NAME = /^:([a-z0-9][a-z0-9_+-]{0,49}):$/;
let isAsked = false;

/** The name within `:name:`; null for anything else. */
export const nameIn = (value: string): string | null => NAME.exec(value)?.[1] ?? null;

/** Load them, once. */
export function loadCustom(): void {
  if (isAsked) return;
  isAsked = true;
  readCustom().then(
    (items) => (custom.value = new Map([...items.map((item) => [item.name, item] as const), ...custom.peek()])),
    (error: unknown) => {
      isAsked = false;
      if (!(error instanceof Refused)) throw error;
    },
  );
}

export function added(item: EmojiView): void {
  custom.value = new Map(custom.peek()).set(item.name, item);
}

export function removed(id: string): void {
  custom.value = new Map([...custom.peek()].filter(([, item]) => item.id !== id));
}

/** Add an emoji; the refusal is the caller's to show. */
export async function addCustom(name: string, image: string): Promise<EmojiView> {
  const item = await ask<EmojiView>("POST", "/emoji", { name, image });
  added(item);
  return item;
}

/** Remove an emoji of one's own. */
export async function removeCustom(item: EmojiView): Promise<void> {
  await ask<Page<EmojiView>>("DELETE", `/emoji/${item.id}`);
  removed(item.id);
}
