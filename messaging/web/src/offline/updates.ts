import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { trusted } from "../transport/trusted.ts";

const WORKER = "/sw.js";
const LOOK_EVERY_MS = 3_600_000;

/** Have the shell kept for times without a network, and offer a new release when there is one. */
export async function startUpdates(): Promise<void> {
  if (navigator.serviceWorker === undefined) return;
  const isFirst = navigator.serviceWorker.controller === null;
  const registration = await navigator.serviceWorker.register(trusted(WORKER), { scope: "/" }).catch(() => undefined);
  if (registration === undefined) return;
  if (registration.waiting !== null && !isFirst) offer(registration.waiting);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  const look = (): void => void registration.update().catch(() => undefined);
  setInterval(look, LOOK_EVERY_MS);
  addEventListener("online", look);
}

function watch(worker: ServiceWorker | null): void {
  worker?.addEventListener("statechange", () => {
    if (worker.state === "installed" && navigator.serviceWorker.controller !== null) offer(worker);
  });
}

function offer(worker: ServiceWorker): void {
  toast(t("There is a new version of Chancery."), "plain", {
    label: t("Reload"),
    run: () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage("take over");
    },
  });
}
