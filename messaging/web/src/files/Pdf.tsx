import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FileView } from "../contract/types.ts";
import { IconButton } from "../design/IconButton.tsx";
import { t } from "../i18n/t.ts";
import { Closed } from "./Closed.tsx";
import { MOST_PAGES, pageAsked } from "./pages.ts";
import { openPdf, Shut, type Pdf as Document, type Trouble } from "./pdf.ts";

const WORDS: Record<Trouble, () => string> = {
  password: () => t("This PDF is protected by a password. Download it to open it with a program of your own."),
  broken: () => t("This PDF is damaged and cannot be shown. Download it to try another program."),
  away: () => t("This file cannot be reached. Check your network and open it again."),
  slow: () => t("This PDF takes too long to read. Download it to open it with a program of your own."),
};
const WIDEST = 900;
const MOST_ZOOM = 4;
/** Of a page whose size is not known yet: as of A4. */
const USUAL_RATIO = 1.414;

interface Props {
  file: FileView;
  zoom: number;
  onZoom: (factor: number) => void;
}

/** The pages of a PDF file below each other; those in view are drawn, and let go of when they are scrolled away. */
export function Pdf({ file, zoom, onZoom }: Props): JSX.Element {
  const [open, setOpen] = useState<Document | Trouble | null>(null);
  const giveUp = useRef<() => void>(() => undefined);
  useEffect(() => {
    const stop = new AbortController();
    openPdf(file.url, stop.signal).then(setOpen, (error: unknown) => stop.signal.aborted || setOpen(error instanceof Shut ? error.why : "broken"));
    giveUp.current = () => (stop.abort(), setOpen("slow"));
    return () => stop.abort();
  }, [file.url]);
  if (open === null) return <p class="quiet" role="status">{t("Loading…")}</p>;
  if (typeof open === "string") return <Closed file={file} words={WORDS[open]()} />;
  return <Pages file={file} open={open} zoom={Math.min(MOST_ZOOM, zoom)} onZoom={onZoom} onSlow={giveUp.current} />;
}

interface PagesProps extends Props {
  open: Document;
  /** A page keeps the reader busy for too long: it may be made to, and ends with the document. */
  onSlow: () => void;
}

function Pages({ file, open, zoom, onZoom, onSlow }: PagesProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const [current, setCurrent] = useState(1);
  const [ratio, setRatio] = useState(USUAL_RATIO);
  const count = Math.min(open.pageCount, MOST_PAGES);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setRoom(Math.min(WIDEST, element.clientWidth - 16)));
    watch.observe(element);
    element.focus();
    return () => watch.disconnect();
  }, []);
  const width = Math.max(40, room * zoom);
  useKept(scroller, current, width);

  const go = (number: number): void => {
    const page = scroller.current?.children[Math.min(count, Math.max(1, number)) - 1];
    page?.scrollIntoView({ block: "start" });
  };
  // Where it stands this moment: who presses a key twice is further than what was drawn last.
  const here = (): number => (scroller.current === null ? current : pageAt(scroller.current));
  const onScroll = (): void => setCurrent(here());
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = { PageDown: here() + 1, PageUp: here() - 1, Home: 1, End: count }[event.key];
    if (target === undefined || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(target);
  };

  return (
    <div class="pdf" onKeyDown={onKeyDown}>
      <div
        ref={scroller}
        class="pdf-pages"
        tabIndex={0}
        role="group"
        aria-label={t("Pages of {name}", { name: file.name })}
        onScroll={onScroll}
        onWheel={(event) => event.ctrlKey && (event.preventDefault(), onZoom(event.deltaY < 0 ? 1.2 : 1 / 1.2))}
      >
        {room > 0 && Array.from({ length: count }, (_, index) => <Page key={index} open={open} number={index + 1} count={open.pageCount} width={width} ratio={ratio} go={go} onSlow={onSlow} onRatio={index === 0 ? setRatio : undefined} />)}
        {count < open.pageCount && <p class="quiet">{t("This is the beginning. Download the file to read all of it.")}</p>}
      </div>
      <div class="pdf-bar" role="toolbar" aria-label={t("Pages")}>
        <IconButton icon="back" class="previous" label={t("Previous page")} shortcut="PgUp" onClick={() => go(here() - 1)} />
        <PageField current={current} count={open.pageCount} last={count} go={go} />
        <IconButton icon="back" class="next" label={t("Next page")} shortcut="PgDn" onClick={() => go(here() + 1)} />
      </div>
      <p class="visually-hidden" role="status">{t("Page {number} of {count}", { number: current, count: open.pageCount })}</p>
    </div>
  );
}

function PageField({ current, count, last, go }: { current: number; count: number; last: number; go: (number: number) => void }): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const leave = (): void => {
    const asked = pageAsked(typed ?? "", last);
    setTyped(null);
    if (asked !== null) go(asked);
  };
  return (
    <div class="pdf-field">
      <input
        type="text"
        aria-label={t("Page number")}
        inputMode="numeric"
        size={4}
        value={typed ?? String(current)}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={leave}
        onKeyDown={(event) => event.key === "Enter" && leave()}
      />
      <span aria-hidden="true">/ {count}</span>
    </div>
  );
}

interface PageProps {
  open: Document;
  number: number;
  count: number;
  width: number;
  ratio: number;
  go: (number: number) => void;
  onSlow: () => void;
  onRatio: ((ratio: number) => void) | undefined;
}

function Page({ open, number, count, width, ratio, go, onSlow, onRatio }: PageProps): JSX.Element {
  const place = useRef<HTMLElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  const [own, setOwn] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const watch = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting === true), { root: element.parentElement, rootMargin: "50% 0px" });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = paper.current;
    if (element === null) return;
    element.style.width = `${width}px`;
    element.style.height = `${width * (own ?? ratio)}px`;
  }, [width, own, ratio]);

  useEffect(() => {
    const into = paper.current;
    if (!isNear || into === null) return;
    let stop: (() => void) | null = null;
    let isOver = false;
    const begin = async (): Promise<void> => {
      const page = await open.page(number);
      if (isOver) return;
      const size = page.getViewport({ scale: 1 });
      setOwn(size.height / size.width);
      onRatio?.(size.height / size.width);
      const drawing = open.draw(page, into, width, go);
      stop = drawing.stop;
      await drawing.done;
      setTrouble(null);
    };
    begin().catch((error: unknown) => {
      if (isOver) return;
      stop?.();
      if (error instanceof Shut && error.why === "slow") onSlow();
      setTrouble(error instanceof Shut ? error.why : "broken");
    });
    return () => {
      isOver = true;
      stop?.();
    };
  }, [isNear, width, open, number]);

  return (
    <section ref={place} class="pdf-page" aria-label={t("Page {number} of {count}", { number, count })}>
      <div ref={paper} class="pdf-paper" />
      {trouble !== null && <p class="pdf-trouble">{t("This page cannot be shown.")}</p>}
    </section>
  );
}

/** Which page is read: the one below the upper third of the window. */
function pageAt(scroller: HTMLElement): number {
  const line = scroller.getBoundingClientRect().top + scroller.clientHeight / 3;
  let [low, high] = [0, scroller.children.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((scroller.children[middle]?.getBoundingClientRect().top ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** A zoom leaves the page that is read where it is. */
function useKept(scroller: { current: HTMLDivElement | null }, current: number, width: number): void {
  const before = useRef({ width, at: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    const page = element?.children[current - 1];
    if (!(element instanceof HTMLElement) || !(page instanceof HTMLElement)) return;
    if (before.current.width !== width && before.current.width > 0) {
      element.scrollTop = page.offsetTop + (element.scrollTop - before.current.at) * (width / before.current.width);
    }
    before.current = { width, at: page.offsetTop };
  });
}
