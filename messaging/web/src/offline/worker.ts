/**
 * The service worker: the shell of the client without a network, and nothing that anybody wrote.
 *
 * Served at `/sw.js` with `SHELL` before it, which names every file of the build, so that each build is a worker of its own. Pages
 * come from the network while it answers, else the last one seen; our built files never change under their names, so those come
 * from the cache. What people wrote never passes through here: it lies in IndexedDB, with the person it belongs to.
 */
interface Shell {
  version: string;
  files: string[];
}

interface WorkerScope extends EventTarget {
  SHELL: Shell;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends LifeEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as WorkerScope;
const CACHE = `shell-${scope.SHELL.version}`;
const PAGE = "/";
const PATIENCE_MS = 4_000;
const FILES = new Set(scope.SHELL.files);

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(scope.SHELL.files);
  await keepPage(cache, await fetch(PAGE, { credentials: "same-origin" }));
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** Keep a page of the client itself, not the way to signing in; and not that of a newer build, whose files are not here yet. */
async function keepPage(cache: Cache, answer: Response): Promise<void> {
  if (!answer.ok || answer.redirected || answer.type !== "basic") return;
  const text = await answer.clone().text();
  const [, script = ""] = /<script type="module" src="([^"]+)"/.exec(text) ?? [];
  if (!FILES.has(script)) return;
  const [, catalogue] = /data-catalogue="([^"]+)"/.exec(text) ?? [];
  if (catalogue !== undefined && (await cache.match(catalogue)) === undefined) await cache.add(catalogue);
  await cache.put(PAGE, answer);
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PAGE);
  const fresh = fetch(request).then(async (answer) => {
    await keepPage(cache, answer.clone());
    return answer;
  });
  if (kept === undefined) return fresh;
  // A network that is there and does not answer is worse than none.
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  return Promise.race([fresh.catch(() => kept), late]);
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

const isClientPage = (path: string): boolean => path === "/" || /^\/[cm]\//.test(path);
const isCatalogue = ({ pathname, searchParams }: URL): boolean => /^\/i18n\/\w+\.json$/.test(pathname) && searchParams.has("v");

function answer(event: FetchEvent): void {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && isClientPage(url.pathname)) event.respondWith(page(request));
  else if (FILES.has(url.pathname) || isCatalogue(url)) event.respondWith(file(request));
}

scope.addEventListener("install", (event) => (event as LifeEvent).waitUntil(install()));
scope.addEventListener("activate", (event) => (event as LifeEvent).waitUntil(activate()));
scope.addEventListener("fetch", (event) => answer(event as FetchEvent));
scope.addEventListener("message", (event) => {
  if ((event as MessageEvent).data === "take over") void scope.skipWaiting();
});

export {};
