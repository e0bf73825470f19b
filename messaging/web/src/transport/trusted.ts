const BUILD = new URL(/* @vite-ignore */ ".", import.meta.url);
const WORKERS = /^pdf\.worker\.[\w.-]+\.mjs$/;

/** Whether an address is that of a worker of ours: the service worker, or the reader of PDF files in this very build. */
export function isOurs(address: string, build: URL = BUILD): boolean {
  if (address === "/sw.js") return true;
  const { origin, pathname, search } = new URL(address, build);
  return origin === build.origin && search === "" && pathname.startsWith(build.pathname) && WORKERS.test(pathname.slice(build.pathname.length));
}

function own(address: string): string {
  if (!isOurs(address)) throw new TypeError("this is no worker of ours");
  return address;
}

// The page's content policy names this one, and lets it be made once.
const policy = globalThis.trustedTypes?.createPolicy("chancery-worker", { createScriptURL: own });

/** The address of a worker, as pages with Trusted Types want it. Every other address is refused. */
export function trusted(address: string): string {
  return policy === undefined ? own(address) : (policy.createScriptURL(address) as unknown as string);
}
