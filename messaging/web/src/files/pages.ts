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
