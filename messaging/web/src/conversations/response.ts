import { t, tn } from "../i18n/t.ts";

const HOUR = 60;
const DAY = 24 * HOUR;

/** How soon an answer can be expected: within 4 hours. */
export function responseWords(minutes: number): string {
  if (minutes % DAY === 0) return tn("within a day", "within {count} days", minutes / DAY);
  if (minutes % HOUR === 0) return tn("within an hour", "within {count} hours", minutes / HOUR);
  return tn("within a minute", "within {count} minutes", minutes);
}

/** What the sender sees under the field. */
export const expectation = (minutes: number): string => t("People here usually answer {when}.", { when: responseWords(minutes) });
