import { signal } from "@preact/signals";
import { dialog } from "../app/panel.ts";

/** Which section of the settings stands open; kept while the page lives, so that one comes back to where one was. */
export const section = signal("profile");

/** Open the settings at a section. */
export function openSettings(id: string): void {
  section.value = id;
  dialog.value = "settings";
}
