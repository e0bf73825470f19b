import { signal } from "@preact/signals";
import type { Id } from "../contract/types.ts";

/** What the address names: a conversation, a place in its history, an open thread. */
export interface Route {
  conversationId: Id | null;
  /** The `seq` of the message to show, from a link or a search hit. */
  at: number | null;
  threadId: Id | null;
  /** A message named by its id alone, by a link: where it stands is asked first. */
  messageId: Id | null;
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const SHAPE = new RegExp(`^/c/(${UUID})(?:/(\\d+))?(?:/t/(${UUID}))?/?$`, "i");

const LINK = new RegExp(`^/m/(${UUID})/?$`, "i");
const HOME: Route = { conversationId: null, at: null, threadId: null, messageId: null };

/** Read an address. Unknown ones are the start page. */
export function parseRoute(path: string): Route {
  const link = LINK.exec(path)?.[1];
  if (link !== undefined) return { ...HOME, messageId: link };
  const [, conversationId, at, threadId] = SHAPE.exec(path) ?? [];
  return { messageId: null, conversationId: conversationId ?? null, at: at === undefined ? null : Number(at), threadId: threadId ?? null };
}

/** Write an address. */
export function routePath({ conversationId, at, threadId, messageId }: Route): string {
  if (messageId !== null) return `/m/${messageId}`;
  if (conversationId === null) return "/";
  return `/c/${conversationId}${at === null ? "" : `/${at}`}${threadId === null ? "" : `/t/${threadId}`}`;
}

export const route = signal<Route>(HOME);

/** Go somewhere; `replace` leaves no step in the browser's history. */
export function navigate(to: Partial<Route>, { replace = false } = {}): void {
  const next: Route = { ...HOME, ...to };
  const path = routePath(next);
  if (path !== location.pathname) history[replace ? "replaceState" : "pushState"](null, "", path);
  route.value = next;
}

/** Follow the address bar from now on. */
export function startRouting(): void {
  route.value = parseRoute(location.pathname);
  addEventListener("popstate", () => (route.value = parseRoute(location.pathname)));
}
