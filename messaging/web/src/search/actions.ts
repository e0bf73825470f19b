import type { Page, SearchHit } from "../contract/types.ts";
import { route } from "../app/route.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";
import { search, type Search } from "./store.ts";

const PAGE = 30;
let current: AbortController | null = null;

/** Search for what the field holds; an earlier search that has not answered is given up. */
export async function runSearch(wish: Pick<Search, "q" | "isHere">): Promise<void> {
  current?.abort();
  if (wish.q.trim() === "") {
    search.value = { ...wish, status: "idle", hits: [], next: null };
    return;
  }
  search.value = { ...search.peek(), ...wish, status: "loading" };
  await read(null);
}

/** Read the next page of hits. */
export const moreHits = (): Promise<void> => read(search.peek().next);

async function read(cursor: string | null): Promise<void> {
  const controller = new AbortController();
  current = controller;
  const { q, isHere } = search.peek();
  const conversation_id = isHere ? route.peek().conversationId : null;
  try {
    const path = withQuery("/search", { q: q.trim(), conversation_id, limit: PAGE, cursor });
    const { items, next } = await ask<Page<SearchHit>>("GET", path, undefined, controller.signal);
    const before = cursor === null ? [] : search.peek().hits;
    search.value = { ...search.peek(), status: "ready", hits: [...before, ...items], next };
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    search.value = { ...search.peek(), status: "error" };
  }
}
