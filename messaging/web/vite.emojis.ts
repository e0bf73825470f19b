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

const NAME = /^virtual:emojis(?:-(\w+))?$/;
/** The languages that emojibase knows, of those that the client speaks. */
const LANGUAGES = ["de", "fr", "es", "ja"];
/** Those whose names were cut out of the CLDR by `emojis/cut.ts`. */
const CUT = ["ar"];
/** Skin tones and hair: parts of emoji, none by themselves. */
const PARTS = 2;

const read = (file: string, language = "en"): unknown =>
  JSON.parse(readFileSync(new URL(`./node_modules/emojibase-data/${language}/${file}`, import.meta.url), "utf8"));

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

/** How each emoji is called in a language, and by what else it is found, by the emoji itself. */
function names(language: string): Record<string, [string, string]> {
  if (CUT.includes(language)) return JSON.parse(readFileSync(new URL(`./emojis/${language}.json`, import.meta.url), "utf8")) as Record<string, [string, string]>;
  if (!LANGUAGES.includes(language)) throw new Error(`no emoji names in ${language}`);
  const known = (read("compact.json", language) as Source[]).filter(({ group }) => group !== undefined && group !== PARTS);
  return Object.fromEntries(known.map(({ unicode, label, tags = [] }) => [unicode, [label, tags.join(" ").toLocaleLowerCase(language)]]));
}

/** `import … from "virtual:emojis"`, and `"virtual:emojis-de"`: emojibase's data, cut down at build time. */
export function emojiNames(): Plugin {
  return {
    name: "emoji-names",
    resolveId: (id) => (NAME.test(id) ? `\0${id}` : undefined),
    load(id) {
      const found = id.startsWith("\0") ? NAME.exec(id.slice(1)) : null;
      if (found === null) return undefined;
      const [, language] = found;
      return `export default ${JSON.stringify(language === undefined ? emojis() : names(language))};`;
    },
  };
}
