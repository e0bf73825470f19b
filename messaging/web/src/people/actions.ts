import type { Id, Page, User } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";
import { outdated, people, remember, wanted, whenWanted } from "./store.ts";

const MOST_AT_ONCE = 50;
let isPlanned = false;
const asked = new Set<Id>();

/** Load the first page of people, which fills most names at once, and from then on whoever is asked for. */
export async function startPeople(): Promise<void> {
  whenWanted(plan);
  try {
    const page = await ask<Page<User>>("GET", withQuery("/users", { limit: 200 }));
    remember(page.items);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** People whose name or address matches, for mentions and pickers. */
export async function findPeople(q: string, signal?: AbortSignal): Promise<User[]> {
  const page = await ask<Page<User>>("GET", withQuery("/users", { q: q || null, limit: 20 }), undefined, signal);
  remember(page.items);
  return page.items;
}

/** Somebody this person may not see, such as a member of a channel that a guest was in: named, so that nobody waits. */
function stranger(id: Id): User {
  return { id, name: t("Somebody"), email: null, role: "member", is_active: false, is_bot: false, title: "", avatar_url: null, status: null };
}

function plan(): void {
  if (isPlanned) return;
  isPlanned = true;
  // One frame collects all names that a screen of messages asks for.
  setTimeout(() => void loadWanted(), 16);
}

async function loadWanted(): Promise<void> {
  isPlanned = false;
  const ids = [...wanted].filter((id) => !asked.has(id));
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) await loadThese(ids.slice(start, start + MOST_AT_ONCE));
}

async function loadThese(ids: Id[]): Promise<void> {
  ids.forEach((id) => asked.add(id));
  try {
    const page = await ask<Page<User>>("GET", `/users?limit=${MOST_AT_ONCE}&${ids.map((id) => `ids=${id}`).join("&")}`);
    const found = new Set(page.items.map((user) => user.id));
    remember([...page.items, ...ids.filter((id) => !found.has(id)).map((id) => people.peek().get(id) ?? stranger(id))]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // Asked for again when somebody next draws the name.
    for (const id of ids) {
      wanted.delete(id);
      outdated.add(id);
    }
  } finally {
    ids.forEach((id) => asked.delete(id));
  }
}
