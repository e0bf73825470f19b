import { t } from "../i18n/t.ts";

/** The page's language, with the person's own region where that is the same language: 14:05 or 2:05 PM. */
function locale(): string | undefined {
  const page = globalThis.document?.documentElement.lang || undefined;
  const own = globalThis.navigator?.language;
  return page !== undefined && own?.startsWith(page) === true ? own : page;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** A formatter costs far more to make than to use, so each shape is made once. */
function formatter(shape: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let made = formatters.get(shape);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(locale(), options);
    formatters.set(shape, made);
  }
  return made;
}

/** 14:05 */
export const clock = (at: string): string =>
  formatter("clock", { hour: "numeric", minute: "2-digit" }).format(new Date(at));

/** Monday, 3 March 2025, 14:05 */
export const moment = (at: string): string =>
  formatter("moment", { dateStyle: "full", timeStyle: "short" }).format(new Date(at));

/** The local calendar day, as a key for grouping. */
export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** Today, Yesterday, or the date. */
export function dayName(at: string, now: Date = new Date()): string {
  const date = new Date(at);
  if (dayKey(at) === dayKey(now.toISOString())) return t("Today");
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayKey(at) === dayKey(yesterday.toISOString())) return t("Yesterday");
  const sameYear = date.getFullYear() === now.getFullYear();
  return sameYear
    ? formatter("day", { weekday: "long", day: "numeric", month: "long" }).format(date)
    : formatter("dayYear", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(date);
}

/** A short date for lists: 14:05 today, 3 Mar this year, 3 Mar 2024 before. */
export function shortWhen(at: string, now: Date = new Date()): string {
  if (dayKey(at) === dayKey(now.toISOString())) return clock(at);
  const date = new Date(at);
  return date.getFullYear() === now.getFullYear()
    ? formatter("short", { day: "numeric", month: "short" }).format(date)
    : formatter("shortYear", { day: "numeric", month: "short", year: "numeric" }).format(date);
}

/** 1.4 MB */
export function fileSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** Names joined as the language does: Ana, Bo and Cy. */
export const listed = (names: string[]): string => new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
