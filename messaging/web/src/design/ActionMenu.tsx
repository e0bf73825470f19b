import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { openedMenu, type MenuItem, type OpenedMenu } from "./menu.ts";
import { place } from "./place.ts";
import { moveFocus } from "./roving.ts";

/** The one menu of the page; drawn only while it is open. */
export function ActionMenu(): JSX.Element | null {
  const current = openedMenu.value;
  return current === null ? null : <Opened key={current.label} {...current} />;
}

/** Arrows walk, letters jump, Enter chooses, Escape and Tab close; the focus goes back to where it was. */
function Opened({ anchor, label, items, before, row }: OpenedMenu): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const isClosed = useRef(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.showPopover();
    place(element, anchor);
    element.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [anchor]);

  const close = (): void => {
    if (isClosed.current) return;
    isClosed.current = true;
    openedMenu.value = null;
    const back = before?.isConnected === true ? before : row;
    if (back instanceof HTMLElement) back.focus();
  };
  const choose = (item: MenuItem): void => {
    close();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const element = box.current;
    const step = STEPS[event.key];
    if (element === null) return;
    if (step !== undefined) moveOrWrap(element, step);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || !jump(element, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={box}
      class="menu"
      popover="auto"
      role="menu"
      aria-label={label}
      onKeyDown={onKeyDown}
      onToggle={(event) => (event as unknown as ToggleEvent).newState === "closed" && close()}
    >
      {items.map((item, index) => (
        <button key={item.id} type="button" role="menuitem" tabIndex={-1} data-action={item.id} class={`${item.isDangerous === true ? "danger" : ""} ${index > 0 && item.group !== items[index - 1]?.group ? "parted" : ""}`} onClick={() => choose(item)}>
          <Icon name={item.icon} />
          <span class="menu-label">{item.label}</span>
          {item.hint !== undefined && <kbd aria-hidden="true">{item.hint}</kbd>}
        </button>
      ))}
    </div>
  );
}

const ITEM = "[role=menuitem]";
const STEPS: Record<string, 1 | -1 | "first" | "last"> = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

function moveOrWrap(element: Element, step: 1 | -1 | "first" | "last"): void {
  if (!moveFocus(element, ITEM, step)) moveFocus(element, ITEM, step === 1 ? "first" : "last");
}

/** To the next item that begins with a letter. */
function jump(element: Element, letter: string): boolean {
  const items = [...element.querySelectorAll<HTMLElement>(ITEM)];
  const from = items.findIndex((item) => item === document.activeElement);
  const order = [...items.slice(from + 1), ...items.slice(0, from + 1)];
  const found = order.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter.toLocaleLowerCase()) === true);
  found?.focus();
  return found !== undefined;
}
