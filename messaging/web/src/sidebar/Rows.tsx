import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Known } from "../conversations/store.ts";

const MOST_PLAIN = 150;
const OVERSCAN = 20;
const GUESS_PX = 28;
const FIRST = 60;

interface Props {
  items: readonly Known[];
  openIndex: number;
  draw: (item: Known) => ComponentChildren;
}

/** The entries of a shelf. Of thousands only those in sight are drawn; all rows are equally high. */
export function Rows({ items, openIndex, draw }: Props): JSX.Element {
  if (items.length <= MOST_PLAIN) return <ul>{items.map((item) => <li key={item.id} class="entry-row">{draw(item)}</li>)}</ul>;
  return <Windowed items={items} openIndex={openIndex} draw={draw} />;
}

function Windowed({ items, openIndex, draw }: Props): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const row = useRef(GUESS_PX);
  const [from, setFrom] = useState(() => Math.max(0, openIndex - FIRST / 2));
  const [count, setCount] = useState(FIRST);
  const first = Math.min(from, Math.max(0, items.length - 1));
  const end = Math.min(items.length, first + count);

  useLayoutEffect(() => {
    const element = list.current;
    const scroller = element?.closest(".sidebar-list");
    if (!(element instanceof HTMLElement) || !(scroller instanceof HTMLElement)) return undefined;
    const look = (): void => {
      row.current = element.querySelector("li")?.offsetHeight || row.current;
      const above = scroller.getBoundingClientRect().top - element.getBoundingClientRect().top;
      setFrom(Math.max(0, Math.min(Math.floor(above / row.current) - OVERSCAN, items.length - 1)));
      setCount(Math.ceil(scroller.clientHeight / row.current) + 2 * OVERSCAN);
    };
    look();
    scroller.addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      scroller.removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [items.length]);

  // What is opened from elsewhere (the switcher, a link) comes into sight even where it is not drawn yet.
  useLayoutEffect(() => {
    const element = list.current;
    const scroller = element?.closest(".sidebar-list");
    if (openIndex < 0 || !(element instanceof HTMLElement) || !(scroller instanceof HTMLElement)) return;
    const top = element.getBoundingClientRect().top + openIndex * row.current - scroller.getBoundingClientRect().top;
    if (top < 0 || top > scroller.clientHeight - row.current) scroller.scrollTop += top - scroller.clientHeight / 2;
  }, [openIndex]);

  return (
    <ul ref={list} style={{ paddingBlockStart: `${first * row.current}px`, paddingBlockEnd: `${(items.length - end) * row.current}px` }}>
      {items.slice(first, end).map((item, index) => (
        <li key={item.id} class="entry-row" aria-setsize={items.length} aria-posinset={first + index + 1}>{draw(item)}</li>
      ))}
    </ul>
  );
}
