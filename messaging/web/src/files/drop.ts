import { t } from "../i18n/t.ts";
import { toast } from "../design/toast.ts";
import { addFiles, pastedFiles } from "./uploads.ts";

interface Zone {
  /** The draft to which files go that are dropped here. */
  place: string;
  /** Where it is written. */
  field: HTMLElement;
}

/** A browser tells of a drag every third of a second at least; an element that is redrawn under it never hears that it left. */
const OVER_AFTER_MS = 1_000;

const zones = new Map<Element, Zone>();
let fading: ReturnType<typeof setTimeout> | undefined;

/** A part of the window takes files that are dropped on it; returns what ends that. */
export function takeDrops(zone: Element, place: string, field: HTMLElement): () => void {
  zones.set(zone, { place, field });
  return () => {
    zones.delete(zone);
    unmark(zone);
  };
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

const zoneAt = (target: EventTarget | null): Element | null => (target instanceof Element ? ([...zones.keys()].find((zone) => zone.contains(target)) ?? null) : null);

function unmark(zone: Element): void {
  zone.removeAttribute("data-drop");
  zone.removeAttribute("data-drop-here");
}

function unmarkAll(): void {
  clearTimeout(fading);
  for (const zone of zones.keys()) unmark(zone);
}

/** Wherever files are held over the window it says where they may go; elsewhere they would take the place of the page. */
function onOver(event: DragEvent): void {
  if (!hasFiles(event)) return;
  event.preventDefault();
  const under = zoneAt(event.target);
  if (event.dataTransfer !== null) event.dataTransfer.dropEffect = under === null ? "none" : "copy";
  clearTimeout(fading);
  fading = setTimeout(unmarkAll, OVER_AFTER_MS);
  if (document.querySelector("dialog[open]") !== null) return;
  for (const [zone, { field }] of zones) {
    // Where a thread stands beside its conversation, one has to know which is which.
    zone.setAttribute("data-drop", `${t("Drop files to attach them")}\n${field.getAttribute("aria-label") ?? ""}`);
    zone.toggleAttribute("data-drop-here", zone === under);
  }
}

function onDrop(event: DragEvent): void {
  if (!hasFiles(event)) return;
  event.preventDefault();
  const zone = zones.get(zoneAt(event.target) ?? document.body);
  unmarkAll();
  if (zone === undefined || event.dataTransfer === null) return;
  const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
  const files = items.filter((item) => item.webkitGetAsEntry()?.isDirectory !== true).map((item) => item.getAsFile());
  if (files.length < items.length) toast(t("A folder cannot be attached. Choose the files in it, or pack it into one."), "danger");
  attach(zone, files.filter((file) => file !== null));
}

/** A picture pasted while no field has the focus is meant for what is being read. */
function onPaste(event: ClipboardEvent): void {
  const { target } = event;
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null) return;
  const files = pastedFiles(event.clipboardData);
  const zone = zones.get(zoneAt(target) ?? document.querySelector(".main") ?? document.body);
  if (files === null || zone === undefined) return;
  event.preventDefault();
  attach(zone, files);
}

/** What was dropped or pasted is sent by the next Enter, wherever the focus was. */
function attach({ place, field }: Zone, files: readonly File[]): void {
  addFiles(place, files);
  if (files.length > 0) field.focus();
}

/** Listen for as long as the page lives: before the lists, which keep the drags of their own rows to themselves. */
export function startDrops(): void {
  addEventListener("dragenter", onOver, { capture: true });
  addEventListener("dragover", onOver, { capture: true });
  addEventListener("dragleave", (event) => event.relatedTarget === null && unmarkAll(), { capture: true });
  addEventListener("drop", onDrop, { capture: true });
  addEventListener("paste", onPaste);
}
