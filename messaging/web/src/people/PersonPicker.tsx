import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { Id, User } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { Avatar } from "../design/Avatar.tsx";
import { useListbox } from "../design/listbox.ts";
import { matches } from "../messages/suggestions.ts";
import { findPeople } from "./actions.ts";
import { people } from "./store.ts";

interface Props {
  label: string;
  excluded: ReadonlySet<Id>;
  /** Only these are offered; everybody where it is not said. */
  among?: ReadonlySet<Id> | undefined;
  onPick: (user: User) => void;
  autofocus?: boolean;
  /** Somebody is chosen: Enter in the empty field is for the form, and takes nobody along by mistake. */
  isEnough?: boolean;
}

const MOST = 8;
const ASK_AFTER_MS = 150;

/** A field that finds people by name; arrows choose, Enter takes. */
export function PersonPicker({ label, excluded, among, onPick, autofocus = false, isEnough = false }: Props): JSX.Element {
  const [query, setQuery] = useState("");
  const [isOpen, setOpen] = useState(false);
  const id = useId();

  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => void findPeople(query, controller.signal).catch(() => undefined), ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query]);

  const found = [...people.value.values()]
    .filter((user) => user.is_active && !excluded.has(user.id) && among?.has(user.id) !== false && matches(user.name, query))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MOST);
  const take = (index: number): void => {
    const user = found[index];
    if (user === undefined) return;
    setQuery("");
    listbox.setActive(0);
    onPick(user);
  };
  const listbox = useListbox(isOpen ? found.length : 0, take);

  return (
    <div class="field person-picker">
      <label for={`${id}-field`}>{label}</label>
      <input
        id={`${id}-field`}
        class="input"
        role="combobox"
        autocomplete="off"
        autofocus={autofocus}
        placeholder={t("Type a name")}
        aria-autocomplete="list"
        aria-expanded={isOpen && found.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && found.length > 0 ? `${id}-${listbox.active}` : undefined}
        value={query}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setOpen(true);
          listbox.setActive(0);
          setQuery(event.currentTarget.value);
        }}
        onKeyDown={(event) => void (isEnough && event.key === "Enter" && query === "" && listbox.active === 0 ? undefined : listbox.onKey(event))}
      />
      <ul id={`${id}-list`} class="suggestions" role="listbox" aria-label={label} hidden={!isOpen || found.length === 0}>
        {found.map((user, index) => (
          <li
            key={user.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === listbox.active}
            onPointerMove={() => listbox.setActive(index)}
            onPointerDown={(event) => {
              event.preventDefault();
              take(index);
            }}
          >
            <Avatar userId={user.id} size="s" />
            <bdi>{user.name}</bdi>
            <span class="detail">{user.title || user.email || ""}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
