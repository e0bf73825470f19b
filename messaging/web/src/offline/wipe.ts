const PATIENCE_MS = 1_500;

/** Nothing of a person stays in this browser: what was kept to read and to send, what was begun, where they were. */
export async function wipe(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  const work = Promise.all([wipeDatabases(() => true), wipeCaches(), dismissWorkers()]).catch(() => undefined);
  // What another tab holds on to must not keep a person from leaving; the server's answer empties the rest.
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

/** Somebody else used this browser before: nothing of theirs stays. */
export async function wipeOthers(userId: string): Promise<void> {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("edit-") && !key.startsWith(`edit-${userId}`)) sessionStorage.removeItem(key);
  await wipeDatabases((name) => !name.endsWith(userId)).catch(() => undefined);
}

async function wipeDatabases(isGone: (name: string) => boolean): Promise<void> {
  const databases = await indexedDB.databases();
  const names = databases.map(({ name }) => name ?? "").filter((name) => name.startsWith("chancery-") && isGone(name));
  await Promise.all(names.map(forget));
}

/** A database that another tab holds open is gone once that tab is. */
function forget(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

async function wipeCaches(): Promise<void> {
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function dismissWorkers(): Promise<void> {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(registrations.map((registration) => registration.unregister()));
}
