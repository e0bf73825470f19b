import type { ComponentChildren } from "preact";
import { language, translations } from "./catalogue.ts";

/**
 * Every visible string of the client passes through here, as an English literal in the call: `make messages` reads the calls.
 *
 * Values are named in braces: `t("Write to {name}", { name })`. Numbers are written as the language writes them. A whole
 * sentence is one string; where elements stand in it, `te` puts them in. Call these while drawing, never while a module loads:
 * the catalogue of the person's language comes before the first drawing, and after the modules.
 */
type Values = Record<string, string | number>;

const NAMED = /\{(\w+)\}/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const ISOLATE = "\u2068";
const POP = "\u2069";
const LEFT_TO_RIGHT_MARK = "\u200e";
const RIGHT_TO_LEFT_MARK = "\u200f";

/** Translate a string, with named values put in. */
export function t(id: string, values: Values = {}): string {
  return fill(single(id), values);
}

/** Translate a string that depends on a number, `{count}`. */
export function tn(one: string, many: string, count: number, values: Values = {}): string {
  return fill(plural(one, many, count), { count, ...values });
}

/** Translate a sentence that has elements in it: its parts in the order of the person's language. */
export const te = (id: string, values: Record<string, ComponentChildren>): ComponentChildren[] => put(single(id), values);

/** The same for a sentence that depends on a number, `{count}`. */
export const tne = (one: string, many: string, count: number, values: Record<string, ComponentChildren>): ComponentChildren[] => put(plural(one, many, count), { count: written(count), ...values });

const put = (text: string, values: Record<string, ComponentChildren>): ComponentChildren[] =>
  text.split(NAMED).map((part, index) => (index % 2 === 0 ? part : part in values ? values[part] : `{${part}}`));

function single(id: string): string {
  const found = translations()[id];
  return typeof found === "string" ? found : (found?.[0] ?? id);
}

function plural(one: string, many: string, count: number): string {
  const found = translations()[one];
  if (found === undefined) return count === 1 ? one : many;
  if (typeof found === "string") return found;
  return found[formOf(count)] ?? found.at(-1) ?? many;
}

let rules: { language: string; rules: Intl.PluralRules; forms: string[] } | null = null;

/** Which of the catalogue's forms a number takes. Django's catalogues list them in the order of CLDR's categories. */
function formOf(count: number): number {
  if (rules?.language !== language()) {
    const made = new Intl.PluralRules(language());
    rules = { language: language(), rules: made, forms: CATEGORIES.filter((name) => made.resolvedOptions().pluralCategories.includes(name)) };
  }
  return rules.forms.indexOf(rules.rules.select(count));
}

const CATEGORIES: readonly Intl.LDMLPluralRule[] = ["zero", "one", "two", "few", "many", "other"];

function fill(text: string, values: Values): string {
  return text.replace(NAMED, (whole, name: string) => (name in values ? written(values[name] ?? "") : whole));
}

const written = (value: string | number): string => (typeof value === "number" ? number(value) : apart(value));

/** A value of the other writing direction is isolated, so that it does not turn the sentence around it. */
export function apart(value: string): string {
  const isForeign = RIGHT_TO_LEFT.test(value) !== isRightToLeft();
  return isForeign && /\p{L}/u.test(value) ? `${ISOLATE}${value}${POP}` : value;
}

/** A text that stands in the order of the page, whatever the names in it are written in. */
export const inPageOrder = (text: string): string => `${isRightToLeft() ? RIGHT_TO_LEFT_MARK : LEFT_TO_RIGHT_MARK}${text}`;

/** A number as the language writes it, for where it stands alone. */
export const number = (value: number): string => numbers().format(value);

const isRightToLeft = (): boolean => language() === "ar";

let made: { language: string; format: Intl.NumberFormat } | null = null;

function numbers(): Intl.NumberFormat {
  if (made?.language !== language()) made = { language: language(), format: new Intl.NumberFormat(language()) };
  return made.format;
}
