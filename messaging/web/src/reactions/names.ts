import type { EmojiNames } from "virtual:emojis-de";

/** The names of emoji in the languages that have them; elsewhere they are called as in English. */
const NAMES: Readonly<Record<string, () => Promise<{ default: EmojiNames }>>> = {
  de: () => import("virtual:emojis-de"),
  fr: () => import("virtual:emojis-fr"),
  es: () => import("virtual:emojis-es"),
  ar: () => import("virtual:emojis-ar"),
  ja: () => import("virtual:emojis-ja"),
};

/** What emoji are called in a language, by the emoji; nothing where there are no names, or they cannot be had now. */
export async function namesIn(language: string): Promise<EmojiNames> {
  return (await NAMES[language]?.().catch(() => undefined))?.default ?? {};
}
