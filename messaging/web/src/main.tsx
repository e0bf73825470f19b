import { render } from "preact";
import type { Me } from "./contract/types.ts";
import { App } from "./app/App.tsx";
import { explain, passOver } from "./app/failure.ts";
import { navigate, route, startRouting } from "./app/route.ts";
import { startShortcuts } from "./app/shortcuts.ts";
import { loadConversations } from "./conversations/actions.ts";
import { conversations } from "./conversations/store.ts";
import { fetchAhead } from "./design/ahead.ts";
import { toast } from "./design/toast.ts";
import { loadGiven } from "./files/given.ts";
import { startUploads } from "./files/uploads.ts";
import { loadCatalogue } from "./i18n/catalogue.ts";
import { followAll, startLive, whenMissed } from "./live/actions.ts";
import { line } from "./live/store.ts";
import { flushDrafts, startDrafts } from "./messages/drafts.ts";
import { startOutbox } from "./messages/sending.ts";
import { startPeople } from "./people/actions.ts";
import { startCards } from "./people/card.ts";
import { followBrowser, take } from "./settings/actions.ts";
import { loadSections } from "./sidebar/actions.ts";
import { loadThreads } from "./threads/actions.ts";
import { backoffMs } from "./transport/backoff.ts";
import { ask, Refused } from "./transport/http.ts";
import "./client.css";

const LAST_OPEN = "last-conversation";
const LISTS_AFTER_MS = 300;
const LISTS_ANSWERED_MS = 10_000;
const WIDE = "(min-width: 48rem)";

/** Ask who is signed in until there is an answer; without a network, when it is back. */
async function whoAmI(attempt = 0): Promise<Me> {
  try {
    return await ask<Me>("GET", "/me");
  } catch (error) {
    if (!(error instanceof Refused) || !error.isPassing || error.status === 401) throw error;
    if (attempt === 0) await beginWithoutNetwork();
    await waitOrOnline(backoffMs(attempt, { floorMs: 300 }));
    return whoAmI(attempt + 1);
  }
}

function waitOrOnline(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, waitMs);
    addEventListener("online", () => resolve(), { once: true });
  });
}

let begun: Me["id"] | null = null;

/** What needs no server: the person, what they have begun to write and what they have sent into the void. */
function begin(person: Me): void {
  take(person);
  if (begun === person.id) return;
  // Somebody else has signed in since this browser was last online.
  if (begun !== null) location.reload();
  begun = person.id;
  void startDrafts(person.id);
  void startOutbox(person.id);
  void startUploads(person.id);
}

/** Read what was kept of the last visit; the rest of the start follows once the server answers. */
async function beginWithoutNetwork(): Promise<void> {
  const { recall } = await import("./offline/kept.ts");
  const person = await recall();
  line.value = "offline";
  if (person === null) return;
  begin(person);
  openSomething();
}

/** On a wide window something is always open: what was open last, else the first conversation. */
function openSomething(): void {
  if (route.peek().conversationId !== null || route.peek().messageId !== null || !matchMedia(WIDE).matches) return;
  const known = conversations.peek().byId;
  const last = localStorage.getItem(LAST_OPEN) ?? "";
  const mine = [...known.values()].filter((item) => item.membership !== null && item.archived_at === null);
  const first = known.has(last) ? last : (mine.find((item) => item.name === "general") ?? mine[0])?.id;
  if (first !== undefined) navigate({ conversationId: first }, { replace: true });
}

function rememberOpen(): void {
  route.subscribe(({ conversationId }) => {
    if (conversationId !== null) localStorage.setItem(LAST_OPEN, conversationId);
  });
}

const LISTS: readonly (() => Promise<boolean>)[] = [
  loadSections,
  loadThreads,
  loadGiven,
  async () => (await import("./saved/actions.ts")).loadLater(),
  async () => (await import("./drafts/sync.ts")).syncDrafts(),
  async () => (await import("./scheduled/actions.ts")).loadScheduled(),
];

/** The list or its code could not be had: the network is gone, and the lists are read when it is back. */
function withoutList(error: unknown): boolean {
  if (!(error instanceof TypeError)) passOver(error);
  return false;
}

/** The person's own lists: after the first drawing, and again whenever their events were missed. */
function startLists(): void {
  const loadAll = (): void => LISTS.forEach((load) => void load().catch(withoutList));
  for (const load of LISTS) whenMissed(() => load().catch(withoutList));
  setTimeout(() => {
    loadAll();
    whenBackSoon(loadAll);
  }, LISTS_AFTER_MS);
}

/** Again if the network goes before all was answered: no event was missed then that would say so. */
function whenBackSoon(load: () => void): void {
  let wasAway = line.peek() !== "open";
  let isSettled = false;
  const stop = line.subscribe((state) => {
    if (state !== "open") {
      wasAway = true;
    } else if (wasAway) {
      wasAway = false;
      load();
      if (isSettled) queueMicrotask(() => stop());
    }
  });
  setTimeout(() => {
    isSettled = true;
    if (!wasAway) stop();
  }, LISTS_ANSWERED_MS);
}

async function start(): Promise<void> {
  await loadCatalogue();
  startRouting();
  startShortcuts();
  startCards();
  const root = document.getElementById("app");
  if (root === null) return;
  render(<App />, root);

  const person = await whoAmI();
  begin(person);
  startLive(person.id);
  void startPeople();
  void followBrowser(person);
  startLists();
  void import("./files/drop.ts").then(({ startDrops }) => startDrops(), () => undefined);
  await loadConversations();
  followAll();
  openSomething();
  rememberOpen();
  // Who leaves at once, or loses the network now, misses nothing: the next visit asks again.
  void import("./offline/kept.ts").then(({ startKeeping }) => startKeeping(person), () => undefined);
  addEventListener("pagehide", flushDrafts);
  await fetchAhead();
  void import("./offline/updates.ts").then(({ startUpdates }) => startUpdates(), () => undefined);
}

start().catch((error: unknown) => {
  toast(explain(error), "danger");
  throw error;
});

// The page is on its way to signing in: what is refused meanwhile concerns nobody any more.
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Refused && event.reason.status === 401) event.preventDefault();
});
