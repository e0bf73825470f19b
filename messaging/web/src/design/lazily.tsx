import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/t.ts";
import { ahead } from "./ahead.ts";
import { toast } from "./toast.ts";

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
  ahead(fetchOnce);

  return function Lazy(props: P): JSX.Element | null {
    const Component = loaded.value;
    useEffect(() => {
      if (Component === null) fetchOnce().catch(() => toast(t("This part of Chancery could not be loaded. Check your network and try again."), "danger"));
    }, []);
    return Component === null ? null : <Component {...props} />;
  };
}
