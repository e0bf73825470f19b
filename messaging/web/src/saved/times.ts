import { timeAt, wallAt } from "../app/wall.ts";
import { t } from "../i18n/t.ts";

/** A time that is offered. */
export interface Preset {
  id: string;
  label: string;
  at: Date;
}

const MINUTE = 60_000;
const MORNING = 9;

const inMinutes = (now: Date, minutes: number): Date => new Date(Math.ceil((now.getTime() + minutes * MINUTE) / MINUTE) * MINUTE);

/** Nine in the morning, so many days from now, by the person's clock. */
export function morningIn(now: Date, days: number): Date {
  const today = wallAt(now);
  return timeAt({ ...today, day: today.day + days, hour: MORNING, minute: 0 });
}

/** Days until the next Monday that is not today. */
export const untilMonday = (now: Date): number => ((8 - wallAt(now).weekday) % 7) || 7;

/** What people choose most; a Sunday's tomorrow is Monday and is offered once. */
export function presets(now: Date): Preset[] {
  const monday = untilMonday(now);
  const all: Preset[] = [
    { id: "20m", label: t("In 20 minutes"), at: inMinutes(now, 20) },
    { id: "1h", label: t("In an hour"), at: inMinutes(now, 60) },
    { id: "3h", label: t("In three hours"), at: inMinutes(now, 180) },
    { id: "tomorrow", label: t("Tomorrow morning"), at: morningIn(now, 1) },
    { id: "monday", label: t("Next Monday"), at: morningIn(now, monday) },
  ];
  return monday === 1 ? all.slice(0, -1) : all;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** A time as a field of the kind `datetime-local` writes it, by the person's clock. */
export function fieldOf(at: Date): string {
  const { year, month, day, hour, minute } = wallAt(at);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

const FIELD = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)/;

/** The time that a field holds; null where it holds none, or one that is over. */
export function timeIn(field: string, now: Date): Date | null {
  const [year, month, day, hour, minute] = FIELD.exec(field)?.slice(1).map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined) return null;
  const at = timeAt({ year, month, day, hour, minute });
  return at <= now ? null : at;
}
