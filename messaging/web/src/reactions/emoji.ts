import { signal } from "@preact/signals";
import { language } from "../i18n/catalogue.ts";

export interface Emoji {
  unicode: string;
  label: string;
  /** Everything it can be found by: label, tags, short names; lower case. */
  words: string;
  shortcode: string;
  group: number;
}

/** What is offered before anything is searched, and on the message's own toolbar. */
export const FREQUENT = ["👍", "✅", "👀", "🙏", "🎉", "❤️", "😂", "😮"] as const;

export const emojis = signal<readonly Emoji[]>([]);
let loading: Promise<void> | null = null;

/** Load the names of all emoji, once, when somebody first needs them. */
export function loadEmojis(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<void> {
  const [{ default: all }, { namesIn }] = await Promise.all([import("virtual:emojis"), import("./names.ts")]);
  const names = await namesIn(language());
  emojis.value = all.map(([unicode, label, shortcode, group, words]) => {
    const [name, more] = names[unicode] ?? [label, ""];
    // Who knows an emoji by its English name finds it in any language.
    return { unicode, label: name, shortcode, group, words: name === label ? words : `${name.toLocaleLowerCase(language())} ${more} ${words}` };
  });
}

/** The emoji that a few letters mean, best first: whose short name begins so, the shortest first; then a word that does; then one that holds them. */
export function findEmojis(all: readonly Emoji[], query: string, most: number): Emoji[] {
  const wanted = query.toLowerCase().trim();
  if (wanted === "") return all.slice(0, most);
  const named: Emoji[] = [];
  const starts: Emoji[] = [];
  const holds: Emoji[] = [];
  for (const emoji of all) {
    if (emoji.shortcode.startsWith(wanted) || emoji.unicode === wanted) named.push(emoji);
    else if (` ${emoji.words}`.includes(` ${wanted}`)) starts.push(emoji);
    else if (emoji.words.includes(wanted)) holds.push(emoji);
  }
  named.sort((a, b) => a.shortcode.length - b.shortcode.length);
  return [...named, ...starts, ...holds].slice(0, most);
}
