/** What a search consists of, and what can be put into it: pure, like the server's reading of it. */

export interface Operator {
  name: string;
  /** What may follow; people and channels are looked up. */
  values: readonly string[] | "people" | "channels" | "dates";
}

const DATES = ["today", "yesterday"] as const;

export const OPERATORS: readonly Operator[] = [
  { name: "from", values: "people" },
  { name: "in", values: "channels" },
  { name: "has", values: ["file", "link"] },
  { name: "is", values: ["thread"] },
  { name: "mentions", values: ["me"] },
  { name: "before", values: "dates" },
  { name: "after", values: "dates" },
  { name: "on", values: "dates" },
];

const NAMES = OPERATORS.map(({ name }) => name).join("|");
const FILTER = new RegExp(`(?<=^|\\s)-?(?:${NAMES}):(?:"[^"]*"?|\\S+)`, "gi");
const TYPED = new RegExp(`(?<=^|\\s)(-?)(?:(${NAMES}):("[^"]*|\\S*)|([a-z]{1,9}))$`, "i");

export interface Part {
  text: string;
  start: number;
  end: number;
}

/** The filters of a search, as they stand in it. */
export const filtersIn = (q: string): Part[] => [...q.matchAll(FILTER)].map((found) => ({ text: found[0], start: found.index, end: found.index + found[0].length }));

/** The search without one of its parts. */
export const without = (q: string, part: Part): string => `${q.slice(0, part.start)} ${q.slice(part.end)}`.replace(/\s+/g, " ").trim();

export interface Known {
  people: readonly string[];
  channels: readonly string[];
}

export interface Suggestion {
  id: string;
  /** What is put in for what was typed. */
  put: string;
  /** Whether more is to be typed after it. */
  isOpen: boolean;
}

export interface Suggestions {
  start: number;
  items: Suggestion[];
}

const MOST = 6;
/** A value as a filter takes it. */
export const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);
const begins = (value: string, typed: string): boolean => value.toLowerCase().split(/\s+/).some((word) => word.startsWith(typed)) || value.toLowerCase().startsWith(typed);

function valuesOf({ values }: Operator, known: Known): readonly string[] {
  if (values === "people") return ["me", ...known.people];
  if (values === "channels") return known.channels;
  return values === "dates" ? DATES : values;
}

/** What may be meant by what stands before the caret: a filter's name, or its value. */
export function suggest(q: string, caret: number, known: Known): Suggestions {
  const found = TYPED.exec(q.slice(0, caret));
  if (found === null) return { start: caret, items: [] };
  const [whole, minus = "", name, value = "", word = ""] = found;
  const start = caret - whole.length;
  if (name === undefined) {
    const items = OPERATORS.filter((one) => one.name.startsWith(word.toLowerCase()) && word.length > 0).map((one) => ({ id: one.name, put: `${minus}${one.name}:`, isOpen: true }));
    return { start, items };
  }
  const operator = OPERATORS.find((one) => one.name === name.toLowerCase());
  const typed = value.replace(/^"|^[@#]/, "").toLowerCase();
  const fitting = operator === undefined ? [] : valuesOf(operator, known).filter((one) => begins(one, typed) && one.toLowerCase() !== typed);
  return { start, items: fitting.slice(0, MOST).map((one) => ({ id: one, put: `${minus}${name.toLowerCase()}:${quoted(one)}`, isOpen: false })) };
}

/** The search with a suggestion taken, and where the caret then stands. */
export function taken(q: string, caret: number, start: number, { put, isOpen }: Suggestion): { q: string; caret: number } {
  const text = isOpen ? put : `${put} `;
  return { q: q.slice(0, start) + text + q.slice(caret).replace(isOpen ? /^/ : /^\s+/, ""), caret: start + text.length };
}

/** The searches of late, the last first and each once. */
export const remembered = (before: readonly string[], q: string, most = 8): string[] => [q, ...before.filter((other) => other !== q)].slice(0, most);
