import type { FileView } from "../contract/types.ts";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const VIDEOS = new Set(["video/mp4", "video/webm", "video/ogg", "video/quicktime"]);
const SOUNDS = new Set(["audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/webm"]);

export type FileKind = "picture" | "video" | "sound" | "pdf" | "text" | "other";

/** What the viewer can do with a file, by what the server found its bytes to be. */
export function kindOf({ content_type: type }: Pick<FileView, "content_type">): FileKind {
  if (PICTURES.has(type)) return "picture";
  if (VIDEOS.has(type)) return "video";
  if (SOUNDS.has(type)) return "sound";
  if (type === "application/pdf") return "pdf";
  return type.startsWith("text/") ? "text" : "other";
}

/** Whether the bytes may be had: not deleted, and nothing harmful in them. */
export const isOpen = (file: FileView): boolean => file.deleted_at === null && file.scan !== "infected";

/** Whether a file can be looked at here. */
export const isShown = (file: FileView): boolean => isOpen(file) && kindOf(file) !== "other";

/** How large a picture is drawn: never larger than it is, never larger than there is room. */
export function fitted(width: number, height: number, most: { width: number; height: number }): { width: number; height: number } {
  const scale = Math.min(1, most.width / width, most.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
