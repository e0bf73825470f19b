import type { PDFDocumentProxy, PDFPageProxy, RenderTask } from "pdfjs-dist";
import libraryAddress from "pdfjs-dist/legacy/build/pdf.min.mjs?url";
import workerAddress from "./pdf.worker.ts?worker&url";
import { trusted } from "../transport/trusted.ts";
import { t } from "../i18n/t.ts";
import { drawnScale, isSane, linksOf, type Link } from "./pages.ts";

type Library = typeof import("pdfjs-dist");

/** Why a document cannot be shown. */
export type Trouble = "password" | "broken" | "away" | "slow";

/** A document cannot be shown. */
export class Shut extends Error {
  readonly why: Trouble;

  constructor(why: Trouble) {
    super(why);
    this.why = why;
  }
}

const OPENS_WITHIN_MS = 30_000;
const DRAWN_WITHIN_MS = 15_000;
const PIECE_BYTES = 2 ** 18;
/** Pictures inside of documents: larger ones are left out. */
const MOST_IMAGE_PIXELS = 2 ** 26;

/** An open document. Nothing in it runs: its scripts are not looked at, and its reader has a worker of its own. */
export interface Pdf {
  pageCount: number;
  page: (number: number) => Promise<PDFPageProxy>;
  /** Draw a page, its text and its links as wide as it is asked for; returns how to stop and let go of it. */
  draw: (page: PDFPageProxy, into: HTMLElement, width: number, go: (page: number) => void) => Drawing;
  close: () => void;
}

export interface Drawing {
  done: Promise<void>;
  stop: () => void;
}

let library: Promise<Library> | undefined;

/** Kept out of the build's own files: they are large, and wanted by few. */
const load = (): Promise<Library> => (library ??= import(/* @vite-ignore */ libraryAddress) as Promise<Library>);

/** Open a PDF file by its address; only the pieces that are looked at are fetched. */
export async function openPdf(url: string, signal: AbortSignal): Promise<Pdf> {
  const lib = await load();
  signal.throwIfAborted();
  const thread = new Worker(trusted(workerAddress), { type: "module" });
  const worker = lib.PDFWorker.create({ port: thread });
  const parts = new URL(`../pdf-${lib.version}/`, workerAddress).href;
  const task = lib.getDocument({
    url,
    worker,
    rangeChunkSize: PIECE_BYTES,
    disableAutoFetch: true,
    disableStream: true,
    enableXfa: false,
    maxImageSize: MOST_IMAGE_PIXELS,
    useWasm: false,
    cMapUrl: `${parts}cmaps/`,
    standardFontDataUrl: `${parts}standard_fonts/`,
    wasmUrl: `${parts}wasm/`,
    verbosity: 0,
  });
  const close = (): void => {
    task.destroy().catch(() => undefined);
    worker.destroy();
    // Whatever it is busy with: a document that keeps it busy for ever ends here.
    thread.terminate();
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    const document = await within(OPENS_WITHIN_MS, task.promise);
    return { pageCount: document.numPages, page: (number) => pageOf(document, number), draw: (page, into, width, go) => draw(lib, document, page, into, width, go), close };
  } catch (error) {
    close();
    throw error instanceof Shut ? error : new Shut(whyOf(error));
  }
}

async function pageOf(document: PDFDocumentProxy, number: number): Promise<PDFPageProxy> {
  const page = await within(OPENS_WITHIN_MS, document.getPage(number));
  const { width, height } = page.getViewport({ scale: 1 });
  if (!isSane(width, height)) throw new Shut("broken");
  return page;
}

function draw(lib: Library, document: PDFDocumentProxy, page: PDFPageProxy, into: HTMLElement, width: number, go: (page: number) => void): Drawing {
  const size = page.getViewport({ scale: 1 });
  const scale = width / size.width;
  const canvas = globalThis.document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const viewport = page.getViewport({ scale: drawnScale(size.width, size.height, scale, devicePixelRatio) });
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  const words = globalThis.document.createElement("div");
  words.className = "pdf-words";
  words.style.setProperty("--total-scale-factor", String(scale));
  let painting: RenderTask | null = null;
  let text: InstanceType<Library["TextLayer"]> | null = null;

  const stop = (): void => {
    painting?.cancel();
    text?.cancel();
    // Browsers keep the memory of a canvas until it is collected, unless it is made small.
    canvas.width = canvas.height = 0;
    into.replaceChildren();
    page.cleanup();
  };
  const paint = async (): Promise<void> => {
    painting = page.render({ canvas, viewport });
    await painting.promise;
    into.replaceChildren(canvas, words);
    text = new lib.TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport: page.getViewport({ scale }) });
    await text.render();
    for (const link of linksOf(await page.getAnnotations({ intent: "display" }), page.getViewport({ scale: 1 }))) into.append(drawnLink(link, document, go));
  };
  return { done: within(DRAWN_WITHIN_MS, paint()), stop };
}

/** A link is an address like any other of the page: it opens beside it, and learns nothing of where it was. */
function drawnLink(link: Link, document: PDFDocumentProxy, go: (page: number) => void): HTMLElement {
  const element = globalThis.document.createElement("a");
  element.className = "pdf-link";
  Object.assign(element.style, link.place);
  if (link.url !== null) {
    element.href = link.url;
    element.target = "_blank";
    element.rel = "noopener noreferrer";
    element.setAttribute("aria-label", link.url);
    element.title = link.url;
    return element;
  }
  element.href = "#";
  element.setAttribute("aria-label", t("Link to another page"));
  element.addEventListener("click", (event) => {
    event.preventDefault();
    // One that leads nowhere does nothing.
    pageMeant(document, link.target).then(go, () => undefined);
  });
  return element;
}

async function pageMeant(document: PDFDocumentProxy, target: unknown): Promise<number> {
  const explicit = typeof target === "string" ? await document.getDestination(target) : target;
  const first: unknown = Array.isArray(explicit) ? explicit[0] : null;
  return 1 + (typeof first === "number" ? first : await document.getPageIndex(first as Parameters<PDFDocumentProxy["getPageIndex"]>[0]));
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_resolve, reject) => (timer = setTimeout(() => reject(new Shut("slow")), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function whyOf(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "PasswordException") return "password";
  return name === "ResponseException" || error instanceof TypeError ? "away" : "broken";
}
