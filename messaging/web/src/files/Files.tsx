import { h, type JSX } from "preact";
import type { FileView } from "../contract/types.ts";
import { openOverlay } from "../app/overlay.ts";
import { fileSize } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { fitted, isOpen, isShown, kindOf } from "./kinds.ts";

const ROOM = { width: 416, height: 320 };
const ROOM_OF_MANY = { width: 240, height: 180 };

/** The files of a message: what can be shown is shown, everything else offered for download. */
export function Files({ files }: { files: readonly FileView[] }): JSX.Element | null {
  if (files.length === 0) return null;
  const pictures = files.filter((file) => kindOf(file) === "picture");
  const others = files.filter((file) => kindOf(file) !== "picture");
  const room = pictures.length > 1 ? ROOM_OF_MANY : ROOM;
  return (
    <ul class="files" aria-label={t("Files")}>
      {pictures.concat(others).map((file) => <li key={file.id} class={kindOf(file) === "picture" ? "" : "whole-line"}><Shown file={file} files={files} room={room} /></li>)}
    </ul>
  );
}

interface ShownProps {
  file: FileView;
  files: readonly FileView[];
  room: { width: number; height: number };
}

function Shown({ file, files, room }: ShownProps): JSX.Element {
  if (file.deleted_at !== null) return <p class="file-gone"><Icon name="trash" size={16} /> {t("This file was deleted.")}</p>;
  if (!isOpen(file)) return <p class="file-gone danger"><Icon name="alert" size={16} /> {t("{name} is harmful and was quarantined.", { name: file.name })}</p>;
  switch (kindOf(file)) {
    case "picture":
      return <Picture file={file} files={files} room={room} />;
    case "video":
      return <div class="player"><video controls preload="metadata" src={file.url} aria-label={file.name} /><Card file={file} files={files} /></div>;
    case "sound":
      return <div class="player"><audio controls preload="none" src={file.url} aria-label={file.name} /><Card file={file} files={files} /></div>;
    default:
      return <Card file={file} files={files} />;
  }
}

/** The viewer, at one of the files that it can show. */
export function view(files: readonly FileView[], file: FileView): void {
  const shown = files.filter(isShown);
  void openOverlay(async () => {
    const { Viewer } = await import("./Viewer.tsx");
    return (close) => h(Viewer, { files: shown, start: Math.max(0, shown.findIndex((one) => one.id === file.id)), close });
  });
}

function about(file: FileView): void {
  void openOverlay(async () => {
    const { FileDialog } = await import("./FileDialog.tsx");
    return (close) => h(FileDialog, { file, close });
  });
}

/** Its room is kept before it is there, so that the history does not jump. */
function Picture({ file, files, room }: ShownProps): JSX.Element {
  const size = file.width === null || file.height === null ? {} : fitted(file.width, file.height, room);
  return (
    <button type="button" class="picture" title={file.name} onClick={() => view(files, file)}>
      <img {...size} src={file.thumbnail_url ?? file.url} alt={file.name} loading="lazy" decoding="async" />
    </button>
  );
}

const WORDS_OF_SCAN: Partial<Record<FileView["scan"], () => string>> = {
  pending: () => t("being checked"),
  failed: () => t("not checked yet"),
};

function Card({ file, files }: { file: FileView; files: readonly FileView[] }): JSX.Element {
  const scan = WORDS_OF_SCAN[file.scan]?.();
  const isViewed = isShown(file);
  const details = [isViewed ? "" : t("Download"), fileSize(file.size_bytes), file.version > 1 ? t("version {number}", { number: file.version }) : "", scan ?? ""].filter(Boolean);
  const words = <><bdi>{file.name}</bdi><small>{details.join(" · ")}</small></>;
  return (
    <div class="file-card">
      {kindOf(file) === "pdf" ? <FirstPage file={file} /> : <Icon name={isViewed ? "file" : "download"} />}
      {isViewed ? (
        <button type="button" class="file-card-name" onClick={() => view(files, file)}>{words}</button>
      ) : (
        <a class="file-card-name" href={file.url} download={file.name}>{words}</a>
      )}
      <IconButton icon="dots" label={t("More about {name}", { name: file.name })} onClick={() => about(file)} />
    </div>
  );
}

/** A PDF's first page, in a room that is the same before it is drawn. */
function FirstPage({ file }: { file: FileView }): JSX.Element {
  return <span class="file-card-page">{file.thumbnail_url === null ? <Icon name="file" /> : <img src={file.thumbnail_url} alt="" loading="lazy" decoding="async" />}</span>;
}
