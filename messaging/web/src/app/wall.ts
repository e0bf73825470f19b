import { t } from "../i18n/t.ts";
import { chosenZone } from "./text.ts";

/** What a clock on the wall shows; months count from one, days of the week from Sunday, which is none. */
export interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  weekday: number;
}

/** The zone of this device. */
export const deviceZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone in which the person is told times: the one they chose, else the device's. */
export const ownZone = (): string => chosenZone() ?? deviceZone();

function parts(at: Date, zone: string): [number, number, number, number, number] {
  const shape = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  const of = new Map(shape.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return [of.get("year") ?? 0, of.get("month") ?? 1, of.get("day") ?? 1, of.get("hour") ?? 0, of.get("minute") ?? 0];
}

/** What the clock of a zone shows at a time. */
export function wallAt(at: Date, zone: string = ownZone()): Wall {
  const [year, month, day, hour, minute] = parts(at, zone);
  return { year, month, day, hour, minute, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

function offsetMs(at: number, zone: string): number {
  const minute = Math.floor(at / 60_000) * 60_000;
  const [year, month, day, hour, minutes] = parts(new Date(minute), zone);
  return Date.UTC(year, month - 1, day, hour, minutes) - minute;
}

/** When the clock of a zone shows this; days and minutes beyond their end run over into the next. */
export function timeAt({ year, month, day, hour, minute }: Omit<Wall, "weekday">, zone: string = ownZone()): Date {
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  // The first guess may lie on the other side of a change of clocks, the second does not.
  const guess = shown - offsetMs(shown, zone);
  return new Date(shown - offsetMs(guess, zone));
}

/** Whose time is meant, in words: where the chosen zone is not the device's, both are named. */
export function zoneWords(): string {
  const [own, device] = [ownZone(), deviceZone()];
  if (own === device || offsetMs(Date.now(), own) === offsetMs(Date.now(), device)) return t("Times are in your time zone: {zone}.", { zone: named(own) });
  return t("Times are in {zone}, as chosen in your settings. This device is set to {device}.", { zone: named(own), device: named(device) });
}

/** Whether the person reads other times than the clock of this device shows. */
export const isElsewhere = (): boolean => offsetMs(Date.now(), ownZone()) !== offsetMs(Date.now(), deviceZone());

const named = (zone: string): string => zone.replaceAll("_", " ");
