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

/** Nine in the morning, so many days from now, by the clock of this place. */
export const morningIn = (now: Date, days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);

/** Days until the next Monday that is not today. */
export const untilMonday = (now: Date): number => ((8 - now.getDay()) % 7) || 7;

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

/** A time as a field of the kind `datetime-local` writes it. */
export const fieldOf = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

/** The time that a field holds; null where it holds none, or one that is over. */
export function timeIn(field: string, now: Date): Date | null {
  const at = new Date(field);
  return Number.isNaN(at.getTime()) || at <= now ? null : at;
}

/** The zone in which this browser shows all times. */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
