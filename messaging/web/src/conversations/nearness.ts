/** Letters to compare by: without accents, and without the marks that only arrange names of two directions. */
export const fold = (text: string): string => text.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "").toLocaleLowerCase();

/**
 * How near a name is to what was typed: 4 begins so, 3 has a word that does, 2 has it somewhere, 1 and a part has its letters in
 * their order, the closer together the nearer; 0 is not meant.
 */
export function nearness(name: string, typed: string): number {
  const [folded, wanted] = [fold(name), fold(typed).trim()];
  if (wanted === "") return 1;
  if (folded.startsWith(wanted)) return 4;
  if (folded.split(/[\s._:/-]+/).some((word) => word.startsWith(wanted))) return 3;
  if (folded.includes(wanted)) return 2;
  const span = spanOf(folded, wanted.replace(/\s+/g, ""));
  // Letters scattered over a long name are chance.
  return span === null || span > wanted.length * 4 ? 0 : 1 + wanted.length / (span + 1);
}

/** Over how many letters of the text the wanted ones are spread, in their order; null where they are not all there. */
function spanOf(text: string, wanted: string): number | null {
  let first = -1;
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at === -1) return null;
    if (first === -1) first = at;
  }
  return at - first + 1;
}
