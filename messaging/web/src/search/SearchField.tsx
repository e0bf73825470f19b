import type { JSX, RefObject } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { moveIn } from "../design/listbox.ts";
import { people } from "../people/store.ts";
import { OPERATORS, suggest, taken } from "./query.ts";

interface Props {
  field: RefObject<HTMLInputElement | null>;
  q: string;
  onChange: (q: string) => void;
  onSubmit: () => void;
  /** Down, where no suggestion is in the way. */
  onLeave: () => void;
}

/** What each filter does, in the words of a person. */
export const WORDS: Readonly<Record<string, () => string>> = {
  from: () => t("written by somebody"),
  in: () => t("in a channel"),
  has: () => t("with a file or a link"),
  is: () => t("in a thread"),
  mentions: () => t("that mention you"),
  before: () => t("before a date, month or year"),
  after: () => t("after a date, month or year"),
  on: () => t("on a date, in a month or year"),
};

/** The field of the search: filters and their values are suggested as one types. */
export function SearchField({ field, q, onChange, onSubmit, onLeave }: Props): JSX.Element {
  const listId = useId();
  const [caret, setCaret] = useState(q.length);
  const [active, setActive] = useState(-1);
  const [isDismissed, setDismissed] = useState(true);
  const known = {
    people: [...people.value.values()].filter((user) => user.is_active).map((user) => user.name),
    channels: [...conversations.value.byId.values()].flatMap((one) => (one.name === null ? [] : [one.name])),
  };
  const { start, items } = isDismissed ? { start: 0, items: [] } : suggest(q, caret, known);

  const take = (index: number): void => {
    const item = items[index];
    const element = field.current;
    if (item === undefined || element === null) return;
    const next = taken(q, caret, start, item);
    // Written at once: the next key may come before the next drawing, and must land behind the caret.
    element.value = next.q;
    element.setSelectionRange(next.caret, next.caret);
    element.focus();
    setCaret(next.caret);
    setActive(-1);
    setDismissed(!item.isOpen);
    onChange(next.q);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const next = items.length > 0 ? moveIn(items.length, active === -1 && event.key === "ArrowUp" ? 0 : active, event.key) : undefined;
    if (next !== undefined) setActive(next);
    else if (event.key === "Enter" && active >= 0) take(active);
    else if (event.key === "Tab" && !event.shiftKey && items.length > 0) take(Math.max(0, active));
    else if (event.key === "Escape" && items.length > 0) setDismissed(true);
    else if (event.key === "Enter") onSubmit();
    else if (event.key === "ArrowDown") onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="search-field">
      <input
        ref={field}
        class="input"
        type="search"
        role="combobox"
        list={undefined}
        autocomplete="off"
        spellcheck={false}
        aria-label={t("Search")}
        aria-autocomplete="list"
        aria-expanded={items.length > 0}
        aria-controls={listId}
        aria-activedescendant={active >= 0 && active < items.length ? `${listId}-${active}` : undefined}
        placeholder={t("Search messages, files, people")}
        value={q}
        onInput={(event) => {
          setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
          setActive(-1);
          setDismissed(false);
          onChange(event.currentTarget.value);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
        onBlur={() => setDismissed(true)}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} class="search-suggestions" role="listbox" aria-label={t("Suggestions")} hidden={items.length === 0}>
        {items.map((item, index) => (
          <li
            key={item.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerMove={() => setActive(index)}
            onPointerDown={(event) => {
              event.preventDefault(); // The field keeps the focus.
              take(index);
            }}
          >
            <bdi>{item.put}</bdi>
            {item.isOpen && <span class="detail">{WORDS[item.id]?.()}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What one can write besides words, for whoever has not begun yet. */
export function FilterHelp({ onTake }: { onTake: (put: string) => void }): JSX.Element {
  return (
    <ul class="filter-help" aria-label={t("Filters")}>
      {OPERATORS.map(({ name }) => (
        <li key={name}>
          <button type="button" onClick={() => onTake(`${name}:`)}><code>{name}:</code> <span>{WORDS[name]?.()}</span></button>
        </li>
      ))}
    </ul>
  );
}
