import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/t.ts";
import { toast } from "./toast.ts";

const loads = new Set<() => Promise<void>>();

/**
 * A component whose code comes when it is first drawn, or when the page has nothing else to do.
 *
 * Where the code cannot be had, the person is told, and the next time it is drawn it is asked for again.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const loaded = signal<ComponentType<P> | null>(null);
  const fetchOnce = async (): Promise<void> => {
    loaded.value ??= await load();
  };
  loads.add(fetchOnce);

  return function Lazy(props: P): JSX.Element | null {
    const Component = loaded.value;
    useEffect(() => {
      if (Component === null) fetchOnce().catch(() => toast(t("This part of Chancery could not be loaded. Check your network and try again."), "danger"));
    }, []);
    return Component === null ? null : <Component {...props} />;
  };
}

/** A function whose code comes when it is first asked for, or when the page has nothing else to do. */
export function ahead<F>(load: () => Promise<F>): () => Promise<F> {
  loads.add(async () => void (await load()));
  return load;
}

/** Fetch everything that is drawn later, one after the other, so that it opens at once and works without a network. */
export async function fetchAhead(): Promise<void> {
  for (const load of loads) {
    await new Promise<void>((resolve) => (globalThis.requestIdleCallback === undefined ? setTimeout(resolve, 50) : requestIdleCallback(() => resolve())));
    await load().catch(() => undefined);
  }
}
