import type { Me, User } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { me, people, remember } from "../people/store.ts";
import { act } from "../transport/acts.ts";
import { Refused } from "../transport/http.ts";
import { draw, isDark, type Preferences } from "./look.ts";

/** What people change of themselves. */
export interface Change {
  name?: string;
  title?: string;
  locale?: string;
  time_zone?: string;
  preferences?: Partial<Preferences>;
}

/** Change something of oneself and take what the server made of it. Throws Refused for the form to show. */
export async function changeMe(change: Change): Promise<void> {
  take(await act<Me>("PATCH", "/me", change));
}

/** Show a picture of oneself from now on: sent like any file, cropped by the server. Throws Refused for the form to show. */
export async function showPicture(picture: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<void> {
  const { sendAlone } = await import("../files/engine.ts");
  const file = await sendAlone(picture, onProgress, signal);
  wear(await act<User>("PUT", "/me/avatar", { file_id: file.id }));
}

/** Show one's initials again. */
export async function removePicture(): Promise<void> {
  await act("DELETE", "/me/avatar");
  const mine = me.peek();
  const seen = mine === null ? undefined : people.peek().get(mine.id);
  if (seen !== undefined) wear({ ...seen, avatar_url: null });
  else if (mine !== null) me.value = { ...mine, avatar_url: null };
}

function wear(person: User): void {
  remember([person]);
  const mine = me.peek();
  if (mine !== null) me.value = { ...mine, avatar_url: person.avatar_url };
}

/** The person as the server has them; drawn at once. */
export function take(person: Me): void {
  me.value = person;
  draw(person);
}

/** A choice shows before the server has it, and goes back when the server refuses. */
export async function prefer(preferences: Partial<Preferences>): Promise<void> {
  const before = me.peek();
  if (before === null) return;
  take({ ...before, preferences: { ...before.preferences, ...preferences } });
  try {
    await changeMe({ preferences });
  } catch (error) {
    take(before);
    complain(error, () => prefer(preferences));
  }
}

/** From light to dark or back, for the key and the palette. */
export const toggleDark = (): void => void prefer({ theme: isDark.peek() ? "light" : "dark" });

/** The page is drawn in one language: another one needs it anew. */
export async function speak(locale: string | null): Promise<void> {
  await changeMe(locale === null ? { preferences: { auto_locale: true } } : { locale, preferences: { auto_locale: false } });
  // What was chosen on the sign-in page gives way, too: the browser alone decides again.
  if (locale === null) document.cookie = "language_here=; path=/; max-age=0; samesite=lax";
  location.reload();
}

/** What the browser says is kept with the person while they have not chosen otherwise: letters and deadlines need it. */
export async function followBrowser(person: Me): Promise<void> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const language = document.documentElement.lang;
  const change: Change = {};
  if (person.preferences.auto_time_zone && zone !== undefined && zone !== person.time_zone) change.time_zone = zone;
  if (person.preferences.auto_locale && language !== person.locale && person.languages.some(({ code }) => code === language)) change.locale = language;
  if (Object.keys(change).length === 0) return;
  try {
    await changeMe(change);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
