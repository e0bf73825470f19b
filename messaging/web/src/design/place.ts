const GAP = 4;
const EDGE = 8;

/** Put what opens at an element below it where there is room, else above it, and never off the page. */
export function place(element: HTMLElement, anchor: Element, edge: "start" | "end" = "end"): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = at.bottom + GAP;
  const top = below + height > innerHeight - EDGE ? at.top - GAP - height : below;
  const isLeft = (edge === "start") !== (getComputedStyle(element).direction === "rtl");
  element.style.top = `${inside(top, innerHeight - height)}px`;
  element.style.left = `${inside(isLeft ? at.left : at.right - width, innerWidth - width)}px`;
}

const inside = (wanted: number, most: number): number => Math.max(EDGE, Math.min(wanted, most - EDGE));
