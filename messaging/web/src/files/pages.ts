/** Most points of one drawn page: 64 MB of memory. */
const MOST_PIXELS = 2 ** 24;
const MOST_SIDE = 16_000;
/** Nobody scrolls through more; the rest is in the download. */
export const MOST_PAGES = 2_000;

/** Whether a page has a size that somebody may have meant. */
export function isSane(width: number, height: number): boolean {
  const isSize = (side: number): boolean => Number.isFinite(side) && side >= 1;
  return isSize(width) && isSize(height) && height / width <= 50 && width / height <= 50;
}

/** At which scale a page is drawn, so that it is sharp where it is shown at `scale`, and its canvas stays within bounds. */
export function drawnScale(width: number, height: number, scale: number, pixelRatio: number): number {
  const wanted = scale * Math.max(1, pixelRatio);
  const byArea = Math.sqrt(MOST_PIXELS / (width * height));
  return Math.min(wanted, byArea, MOST_SIDE / width, MOST_SIDE / height);
}

/** The page that a typed number means; null where it means none. */
export function pageAsked(typed: string, count: number): number | null {
  const number = Number(typed.trim());
  return typed.trim() !== "" && Number.isInteger(number) && number >= 1 && number <= count ? number : null;
}

/** Most links of one page that can be followed. */
const MOST_LINKS = 500;
const FOLLOWED = /^(https?|mailto):/i;

/** A link of a page: to an address, or to a place in the document itself; where it lies in parts of the page. */
export interface Link {
  url: string | null;
  target: unknown;
  place: Record<"left" | "top" | "width" | "height", string>;
}

interface Viewport {
  width: number;
  height: number;
  convertToViewportPoint: (x: number, y: number) => number[];
}

/** The links of a page that may be followed: addresses of the web and of mail, and places in the document. */
export function linksOf(annotations: readonly Record<string, unknown>[], page: Viewport): Link[] {
  const links = annotations.flatMap(({ subtype, url, dest, rect }): Link[] => {
    const address = typeof url === "string" && FOLLOWED.test(url) ? url : null;
    const isWithin = typeof dest === "string" || Array.isArray(dest);
    if (subtype !== "Link" || !Array.isArray(rect) || (address === null && !isWithin)) return [];
    const [left = 0, bottom = 0, right = 0, top = 0] = rect as number[];
    const [x1 = 0, y1 = 0] = page.convertToViewportPoint(left, bottom);
    const [x2 = 0, y2 = 0] = page.convertToViewportPoint(right, top);
    const part = (value: number, whole: number): string => `${(100 * value) / whole}%`;
    return [{ url: address, target: dest, place: { left: part(Math.min(x1, x2), page.width), top: part(Math.min(y1, y2), page.height), width: part(Math.abs(x2 - x1), page.width), height: part(Math.abs(y2 - y1), page.height) } }];
  });
  return links.slice(0, MOST_LINKS);
}
