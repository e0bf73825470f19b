import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { GroupView, Id, User } from "../contract/types.ts";
import { t, tn } from "../i18n/t.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon } from "../design/Icon.tsx";
import { useListbox } from "../design/listbox.ts";
import { matches } from "../messages/suggestions.ts";
import { findPeople } from "./actions.ts";
import { findGroups, groups } from "./groups.ts";
import { people } from "./store.ts";

interface Props {
  label: string;
  excluded: ReadonlySet<Id>;
  /** Only these are offered; everybody where it is not said. */
  among?: ReadonlySet<Id> | undefined;
  onPick: (user: User) => void;
  /** Groups are offered, too, after the people. */
  onPickGroup?: (group: GroupView) => void;
  /** After each pick, so that what stands below the field is seen. */
  closes?: boolean;
  autofocus?: boolean;
  /** Somebody is chosen: Enter in the empty field is for the form, and takes nobody along by mistake. */
  isEnough?: boolean;
}

const MOST = 8;
const MOST_GROUPS = 3;
const ASK_AFTER_MS = 150;

/** A field that finds people, and where they are wanted groups, by name; arrows choose, Enter takes. */
export function PersonPicker({ label, excluded, among, onPick, onPickGroup, closes = false, autofocus = false, isEnough = false }: Props): JSX.Element {
  const [query, setQuery] = useState("");
  const [isOpen, setOpen] = useState(false);
  const id = useId();

  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      void findPeople(query, controller.signal).catch(() => undefined);
      if (onPickGroup !== undefined) void findGroups(query, controller.signal).catch(() => undefined);
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query]);

  const teams = onPickGroup === undefined ? [] : [...groups.value.values()]
    .filter((group) => !excluded.has(group.id) && (matches(group.name, query) || matches(group.handle ?? "", query)))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MOST_GROUPS);
  const found = [...people.value.values()]
    .filter((user) => user.is_active && !excluded.has(user.id) && among?.has(user.id) !== false && matches(user.name, query))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MOST - teams.length);
  const count = found.length + teams.length;
  const take = (index: number): void => {
    const user = found[index];
    const team = teams[index - found.length];
    if (user === undefined && team === undefined) return;
    setQuery("");
    if (closes) setOpen(false);
    listbox.setActive(0);
    if (user !== undefined) onPick(user);
    else if (team !== undefined) onPickGroup?.(team);
  };
  const listbox = useListbox(isOpen ? count : 0, take);

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
        aria-expanded={isOpen && count > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && count > 0 ? `${id}-${listbox.active}` : undefined}
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
      <ul id={`${id}-list`} class="suggestions" role="listbox" aria-label={label} hidden={!isOpen || count === 0}>
        {[...found, ...teams].map((one, index) => (
          <li
            key={one.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === listbox.active}
            onPointerMove={() => listbox.setActive(index)}
            onPointerDown={(event) => {
              event.preventDefault();
              take(index);
            }}
          >
            {"people" in one ? <Icon name="people" /> : <Avatar userId={one.id} size="s" />}
            <bdi>{one.name}</bdi>
            <span class="detail">{"people" in one ? tn("group, {count} person", "group, {count} people", one.people) : one.title || one.email || ""}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
