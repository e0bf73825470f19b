/**
 * Writes the names of emoji in a language that emojibase does not know, from the Unicode CLDR:
 *
 *     npm install --no-save cldr-annotations-full@48.2.0 cldr-annotations-derived-full@48.2.0
 *     node emojis/cut.ts ar
 *
 * The two packages are 155 MB for a file of 200 kB: what is cut out of them lies here instead, under
 * the Unicode License v3 (https://www.unicode.org/license.txt).
 */
import { readFileSync, writeFileSync } from "node:fs";

interface Annotation {
  default?: string[];
  tts?: string[];
}

const language = process.argv[2] ?? "ar";
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../node_modules/${file}`, import.meta.url), "utf8"));

const { annotations } = read(`cldr-annotations-full/annotations/${language}/annotations.json`) as { annotations: { annotations: Record<string, Annotation> } };
const { annotationsDerived } = read(`cldr-annotations-derived-full/annotationsDerived/${language}/annotations.json`) as {
  annotationsDerived: { annotations: Record<string, Annotation> };
};
const known: Record<string, Annotation> = { ...annotationsDerived.annotations, ...annotations.annotations };

const lines = (read("emojibase-data/en/compact.json") as { unicode: string }[]).flatMap(({ unicode }) => {
  // CLDR writes emoji without the sign that asks for a picture.
  const { tts, default: words = [] } = known[unicode] ?? known[unicode.replaceAll("\uFE0F", "")] ?? {};
  return tts?.[0] === undefined ? [] : [`${JSON.stringify(unicode)}: ${JSON.stringify([tts[0], words.filter((word) => word !== tts[0]).join(" ")])}`];
});
writeFileSync(new URL(`${language}.json`, import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
