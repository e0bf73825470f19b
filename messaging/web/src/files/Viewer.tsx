import { h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FileView } from "../contract/types.ts";
import { openOverlay } from "../app/overlay.ts";
import { fileSize } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { lazily } from "../design/lazily.tsx";
import { Closed } from "./Closed.tsx";
import { kindOf } from "./kinds.ts";

const Pdf = lazily(() => import("./Pdf.tsx").then((module) => module.Pdf));

interface Props {
  files: readonly FileView[];
  start: number;
  close: () => void;
}

const MOST_ZOOM = 8;
const STEP = 1.5;
const TEXT_BYTES = 200_000;

/** Files one after the other, as large as the window: arrows go on, plus and minus zoom, Escape closes. */
export function Viewer({ files, start, close }: Props): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(start);
  const [zoom, setZoom] = useState(1);
  const file = files[index];

  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    element?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useLayoutEffect(() => {
    setZoom(1);
    // What had the focus may have gone with the file before; the keys are heard here.
    if (dialog.current?.contains(document.activeElement) === false) dialog.current.focus();
  }, [index]);
  if (file === undefined) return null;

  const go = (step: 1 | -1): void => setIndex((now) => Math.min(files.length - 1, Math.max(0, now + step)));
  const by = (factor: number): void => setZoom((now) => Math.min(MOST_ZOOM, Math.max(1, now * factor)));
  const keys: Record<string, () => void> = {
    ArrowRight: () => go(document.dir === "rtl" ? -1 : 1),
    ArrowLeft: () => go(document.dir === "rtl" ? 1 : -1),
    "+": () => by(STEP),
    "=": () => by(STEP),
    "-": () => by(1 / STEP),
    "0": () => setZoom(1),
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.key];
    const isTaken = event.target instanceof HTMLMediaElement || event.target instanceof HTMLInputElement;
    if (act === undefined || isTaken || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const isZoomed = kindOf(file) === "picture" || kindOf(file) === "pdf";

  return (
    <dialog
      ref={dialog}
      class="viewer"
      tabIndex={-1}
      aria-label={t("{name}, {number} of {count}", { name: file.name, number: index + 1, count: files.length })}
      onKeyDown={onKeyDown}
      onCancel={(event) => (event.preventDefault(), close())}
    >
      <header class="viewer-head">
        <p class="viewer-name"><bdi>{file.name}</bdi> <small>{fileSize(file.size_bytes)}</small></p>
        {isZoomed && <IconButton icon="minus" label={t("Smaller")} shortcut="−" onClick={() => by(1 / STEP)} />}
        {isZoomed && <IconButton icon="plus" label={t("Larger")} shortcut="+" onClick={() => by(STEP)} />}
        <a class="icon-button" href={file.url} download={file.name} aria-label={t("Download {name}", { name: file.name })} title={t("Download")}><Icon name="download" /></a>
        <IconButton icon="dots" label={t("More about {name}", { name: file.name })} onClick={() => about(file)} />
        <IconButton icon="close" label={t("Close")} shortcut="Esc" onClick={close} />
      </header>
      <div class="viewer-body">
        {files.length > 1 && <IconButton icon="back" class="viewer-step previous" label={t("Previous file")} shortcut="←" onClick={() => go(-1)} />}
        <Content key={`${file.id}-${file.version}`} file={file} zoom={zoom} onZoom={by} />
        {files.length > 1 && <IconButton icon="back" class="viewer-step next" label={t("Next file")} shortcut="→" onClick={() => go(1)} />}
      </div>
      <p class="visually-hidden" role="status">{t("{name}, {number} of {count}", { name: file.name, number: index + 1, count: files.length })}</p>
    </dialog>
  );
}

function about(file: FileView): void {
  void openOverlay(async () => {
    const { FileDialog } = await import("./FileDialog.tsx");
    return (close) => h(FileDialog, { file, close });
  });
}

interface ContentProps {
  file: FileView;
  zoom: number;
  onZoom: (factor: number) => void;
}

function Content({ file, zoom, onZoom }: ContentProps): JSX.Element {
  switch (kindOf(file)) {
    case "picture":
      return <Picture file={file} zoom={zoom} onZoom={onZoom} />;
    case "video":
      return <video class="viewer-media" controls autoplay src={file.url} aria-label={file.name} />;
    case "sound":
      return <audio controls autoplay src={file.url} aria-label={file.name} />;
    case "text":
      return <Text file={file} />;
    case "pdf":
      return <Pdf file={file} zoom={zoom} onZoom={onZoom} />;
    default:
      return <Closed file={file} words={t("This file cannot be shown here.")} />;
  }
}

function Picture({ file, zoom, onZoom }: ContentProps): JSX.Element {
  const image = useRef<HTMLImageElement>(null);
  const [isBroken, setBroken] = useState(false);
  useLayoutEffect(() => {
    const element = image.current;
    if (element === null) return;
    // Zoomed pictures are really larger, so that the window around them scrolls by itself.
    element.style.maxWidth = zoom === 1 ? "" : "none";
    element.style.maxHeight = zoom === 1 ? "" : "none";
    element.style.width = zoom === 1 ? "" : `${zoom * 100}%`;
  }, [zoom]);
  if (isBroken) return <Closed file={file} words={t("This file cannot be shown here.")} />;
  return (
    <div class={`viewer-picture ${zoom > 1 ? "zoomed" : ""}`} onWheel={(event) => event.ctrlKey && (event.preventDefault(), onZoom(event.deltaY < 0 ? 1.2 : 1 / 1.2))}>
      <img ref={image} src={file.url} alt={file.name} onError={() => setBroken(true)} onDblClick={() => onZoom(zoom > 1 ? 0 : 3)} />
    </div>
  );
}

function Text({ file }: { file: FileView }): JSX.Element {
  const [text, setText] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    fetch(file.url, { headers: { Range: `bytes=0-${TEXT_BYTES - 1}` }, signal: stop.signal })
      .then(async (answer) => setText(answer.ok ? await answer.text() : null))
      .catch(() => !stop.signal.aborted && setText(null));
    return () => stop.abort();
  }, [file.id, file.version]);
  if (text === undefined) return <p class="quiet" role="status">{t("Loading…")}</p>;
  if (text === null) return <Closed file={file} words={t("This file cannot be shown here.")} />;
  return (
    <div class="viewer-text" tabIndex={0}>
      <pre dir="auto">{text}</pre>
      {file.size_bytes > TEXT_BYTES && <p class="quiet">{t("This is the beginning. Download the file to read all of it.")}</p>}
    </div>
  );
}
