/** The addresses in a text, as people paste them: between commas, spaces or lines, with or without a name before them. */
export function addressesIn(text: string): string[] {
  const bare = text.replace(/(?:"[^"]*"|[^,;\n<"])*<([^<>\s]+)>/g, " $1 ");
  const words = bare.split(/[\s,;]+/).filter((word) => word !== "");
  return [...new Map(words.map((word) => [word.toLowerCase(), word])).values()];
}
