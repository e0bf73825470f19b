import { toast } from "../design/toast.ts";
import { Refused } from "../transport/http.ts";
import { t } from "../i18n/t.ts";

/** A sentence for a person: what happened and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Refused)) return t("Something went wrong here. Reload the page and try again.");
  if (error.status === 0) return t("No connection. Check your network; this works again as soon as it is back.");
  if (error.status === 429) return t("That was a little too fast. Wait a moment and try again.");
  if (error.status === 403) return error.problem?.detail || t("You are not allowed to do that here.");
  if (error.status === 404) return t("This no longer exists, or you cannot see it.");
  const field = error.problem?.errors[0];
  if (field !== undefined) return field.message;
  return error.problem?.detail || t("The server could not do that. Try again in a moment.");
}

/** For reads that nobody waits for: a refusal leaves things as they are, anything else is a fault and is thrown. */
export function passOver(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}

/** Tell the person; for actions whose failure changes nothing on the page. What may succeed later can be tried again from there. */
export function complain(error: unknown, again?: () => unknown): void {
  const mayPass = again !== undefined && error instanceof Refused && error.isPassing && error.status !== 401;
  toast(explain(error), "danger", mayPass ? { label: t("Try again"), run: () => void again() } : null);
  if (!(error instanceof Refused)) throw error;
}
