import type { HintView, SharedFileView } from "../contract/generated.ts";
import type { Conversation, Page, SearchHit, User } from "../contract/types.ts";
import { route } from "../app/route.ts";
import { me } from "../people/store.ts";
import { remember } from "../people/store.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";
import { filtersIn, remembered, without } from "./query.ts";
import { NOTHING, search, type Search } from "./store.ts";

type Found = Page<never> & { items: unknown[]; hints?: HintView[] };

const PAGE = 30;
let current: AbortController | null = null;

/** Search for what the field holds; an earlier search that has not answered is given up. */
export async function runSearch(wish: Partial<Pick<Search, "q" | "isHere" | "tab" | "sort">>): Promise<void> {
  current?.abort();
  const next = { ...search.peek(), ...wish };
  if (next.q.trim() === "") {
    search.value = { ...next, status: "idle", ...NOTHING };
    return;
  }
  const isOther = wish.tab !== undefined && wish.tab !== search.peek().tab;
  search.value = { ...next, ...(isOther ? NOTHING : {}), status: "loading" };
  await read(null);
}

/** Read the next page of hits. */
export const moreHits = (): Promise<void> => read(search.peek().next);

/** The words of a search, for kinds that know no filters. */
function wordsOf(q: string): string {
  let words = q;
  for (let [first] = filtersIn(words); first !== undefined; [first] = filtersIn(words)) words = without(words, first);
  return words.replace(/["-]/g, " ").trim().slice(0, 100);
}

function pathOf({ q, isHere, tab, sort }: Search, cursor: string | null): string | null {
  const here = isHere ? route.peek().conversationId : null;
  const words = wordsOf(q);
  switch (tab) {
    case "messages":
      return withQuery("/search", { q: q.trim(), conversation_id: here, sort, limit: PAGE, cursor });
    case "files":
      return withQuery("/search/files", { q: here === null ? q.trim() : `${q.trim()} in:${here}`, limit: PAGE, cursor });
    case "people":
      return words === "" ? null : withQuery("/users", { q: words, limit: PAGE, cursor });
    case "channels":
      return words === "" ? null : withQuery("/conversations", { q: words, scope: "all", limit: PAGE, cursor });
  }
}

/** Where the items of a page belong. */
const FIELDS = { messages: "hits", files: "files", people: "people", channels: "channels" } as const;

async function read(cursor: string | null): Promise<void> {
  const controller = new AbortController();
  current = controller;
  const wanted = search.peek();
  const path = pathOf(wanted, cursor);
  if (path === null) {
    search.value = { ...wanted, ...NOTHING, status: "ready" };
    return;
  }
  try {
    const { items, next, hints = [] } = await ask<Found>("GET", path, undefined, controller.signal);
    const field = FIELDS[wanted.tab];
    const before: readonly unknown[] = cursor === null ? [] : search.peek()[field];
    if (wanted.tab === "people") remember(items as User[]);
    search.value = { ...search.peek(), [field]: [...before, ...items] as (SearchHit & SharedFileView & User & Conversation)[], next, hints, problem: null, status: "ready" };
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    const problem = error.status === 422 ? (error.problem?.errors[0]?.message ?? null) : null;
    search.value = problem === null ? { ...search.peek(), status: "error" } : { ...search.peek(), ...NOTHING, problem, status: "ready" };
  }
}

const recentKey = (): string => `recent-searches-${me.peek()?.id ?? ""}`;

/** What this person looked for of late in this browser. */
export function recentSearches(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(recentKey()) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Remember a search that was followed: one that led somewhere, or was sent off by Enter. */
export function rememberSearch(q: string): void {
  const text = q.trim();
  if (text.length < 2) return;
  localStorage.setItem(recentKey(), JSON.stringify(remembered(recentSearches(), text)));
}

/** Forget them all. */
export const forgetSearches = (): void => localStorage.removeItem(recentKey());
