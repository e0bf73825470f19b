/** Move focus among the elements that match, in document order, from the one that has it. True when it moved. */
export function moveFocus(container: Element, selector: string, step: 1 | -1 | "first" | "last"): boolean {
  const items = [...container.querySelectorAll<HTMLElement>(selector)].filter((item) => item.offsetParent !== null);
  const from = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
  const to = step === "first" ? 0 : step === "last" ? items.length - 1 : from + step;
  const item = items[to];
  if (item === undefined) return false;
  item.focus();
  item.scrollIntoView({ block: "nearest" });
  return true;
}
