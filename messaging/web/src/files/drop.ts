import { t } from "../i18n/t.ts";
import { addFiles } from "./uploads.ts";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/** A part of the window takes files that are dropped on it; returns what ends that. */
export function takeDrops(zone: HTMLElement, place: string): () => void {
  let depth = 0;
  const show = (isOver: boolean): void => {
    if (isOver) zone.dataset["drop"] = t("Drop files to attach them");
    else delete zone.dataset["drop"];
  };
  const stop = new AbortController();
  const on = <K extends "dragenter" | "dragover" | "dragleave" | "drop">(name: K, act: (event: DragEvent) => void): void =>
    zone.addEventListener(name, (event) => hasFiles(event) && (event.preventDefault(), act(event)), { signal: stop.signal });
  on("dragenter", () => show(++depth > 0));
  on("dragover", () => undefined);
  on("dragleave", () => show(--depth > 0));
  on("drop", (event) => {
    depth = 0;
    show(false);
    addFiles(place, [...(event.dataTransfer?.files ?? [])]);
  });
  return () => {
    stop.abort();
    show(false);
  };
}
