import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

interface Source {
  unicode: string;
  label: string;
  hexcode: string;
  tags?: string[];
  group?: number;
  order?: number;
}

const NAME = "virtual:emojis";
const RESOLVED = `\0${NAME}`;
/** Skin tones and hair: parts of emoji, none by themselves. */
const PARTS = 2;

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`./node_modules/emojibase-data/en/${file}`, import.meta.url), "utf8"));

/** What the picker needs of each emoji, in the order in which it shows them; the full data is four times as large. */
function emojis(): [string, string, string, number, string][] {
  const codes = read("shortcodes/github.json") as Record<string, string | string[]>;
  return (read("compact.json") as Source[])
    .filter(({ group }) => group !== undefined && group !== PARTS)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ unicode, label, hexcode, tags = [], group = 0 }) => {
      const names = [codes[hexcode] ?? []].flat();
      const shortcode = names[0] ?? label.replace(/\W+/g, "_");
      const words = [...new Set([...label.split(" "), ...tags, ...names])].join(" ").toLowerCase();
      return [unicode, label, shortcode, group, words];
    });
}

/** `import … from "virtual:emojis"`: emojibase's data, cut down at build time. */
export function emojiNames(): Plugin {
  return {
    name: "emoji-names",
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load: (id) => (id === RESOLVED ? `export default ${JSON.stringify(emojis())};` : undefined),
  };
}
