import { signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";

type Draw = (close: () => void) => ComponentChild;

/** The dialog that is on top, if it was asked for here. */
export const overlay = signal<{ key: number; draw: Draw } | null>(null);
let last = 0;

/** Show a dialog whose code is fetched for it. */
export async function openOverlay(load: () => Promise<Draw>): Promise<void> {
  try {
    const draw = await load();
    overlay.value = { key: ++last, draw };
  } catch {
    toast(t("This part could not be loaded. Check your network and try again."), "danger");
  }
}
