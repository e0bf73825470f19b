import { apart, inPageOrder, t } from "../i18n/t.ts";

/** The page's language, with the person's own region where that is the same language: 14:05 or 2:05 PM. */
function locale(): string | undefined {
  const page = globalThis.document?.documentElement.lang || undefined;
  const own = globalThis.navigator?.language;
  const wanted = page !== undefined && own?.startsWith(page) === true ? own : page;
  // The digits of counts and of what people write; two kinds on one page are hard to read.
  return wanted?.startsWith("ar") === true ? `${wanted}-u-nu-latn` : wanted;
}

let zone: string | undefined;

/** Times are told in this zone from now on; undefined is the device's own. */
export function useZone(name: string | undefined): void {
  if (name === zone) return;
  zone = name;
  formatters.clear();
  days = null;
}

/** The zone that the person chose; undefined while it is the device's. */
export const chosenZone = (): string | undefined => zone;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** A formatter costs far more to make than to use, so each shape is made once. */
function formatter(shape: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let made = formatters.get(shape);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(locale(), zone === undefined ? options : { ...options, timeZone: zone });
    formatters.set(shape, made);
  }
  return made;
}

/** 14:05, and 00:04 where `moment` says so too. */
export const clock = (at: string): string =>
  formatter("clock", { timeStyle: "short" }).format(new Date(at));

/** Monday, 3 March 2025, 14:05 */
export const moment = (at: string): string =>
  formatter("moment", { dateStyle: "full", timeStyle: "short" }).format(new Date(at));

/** Mon 3 Mar, 14:05: where there is little room, for a time that is near. */
export const nearMoment = (at: string): string =>
  formatter("near", { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(new Date(at));

const A_DAY_MS = 86_400_000;
let days: Intl.DateTimeFormat | null = null;

/** The calendar day in the person's time zone, as a key for grouping: 2026-3-9. */
export function dayKey(at: string): string {
  const date = new Date(at);
  if (zone === undefined) return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
  days ??= new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" });
  return days.format(date);
}

const isSameYear = (at: string, now: Date): boolean => dayKey(at).split("-")[0] === dayKey(now.toISOString()).split("-")[0];

/** Today, Yesterday, or the date. */
export function dayName(at: string, now: Date = new Date()): string {
  const key = dayKey(at);
  if (key === dayKey(now.toISOString())) return t("Today");
  if (key === dayKey(new Date(now.getTime() - A_DAY_MS).toISOString())) return t("Yesterday");
  return isSameYear(at, now)
    ? formatter("day", { weekday: "long", day: "numeric", month: "long" }).format(new Date(at))
    : formatter("dayYear", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
}

/** A short date for lists: 14:05 today, 3 Mar this year, 3 Mar 2024 before. */
export function shortWhen(at: string, now: Date = new Date()): string {
  if (dayKey(at) === dayKey(now.toISOString())) return clock(at);
  return isSameYear(at, now)
    ? formatter("short", { day: "numeric", month: "short" }).format(new Date(at))
    : formatter("shortYear", { day: "numeric", month: "short", year: "numeric" }).format(new Date(at));
}

/** 1.4 MB */
export function fileSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short", // "193 byte" is what the short one says
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** Names joined as the language does: Ana, Bo and Cy; in the order of the page, also where they are written the other way. */
export function listed(names: string[]): string {
  const parts = names.map(apart);
  if (names.length < 2 || parts.every((part, index) => part === names[index])) return joined(names);
  return inPageOrder(joined(parts));
}

const joined = (names: string[]): string => new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
