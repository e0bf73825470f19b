import { useState } from "preact/hooks";

export interface Listbox {
  active: number;
  setActive: (index: number) => void;
  /** True when the key was for the list. */
  onKey: (event: KeyboardEvent) => boolean;
}

/** Where a key leads in a list of `count`; undefined when the key is not for moving. It goes round at the ends. */
export function moveIn(count: number, active: number, key: string): number | undefined {
  if (count === 0) return undefined;
  if (key === "ArrowDown") return (active + 1) % count;
  if (key === "ArrowUp") return (active - 1 + count) % count;
  return undefined;
}

/**
 * The keyboard of a combobox: focus stays in the field, arrows move the chosen option, Enter and Tab take it.
 *
 * The caller draws the options with ids and names the active one in aria-activedescendant.
 */
export function useListbox(count: number, onTake: (index: number) => void, { takesTab = false } = {}): Listbox {
  const [wished, setActive] = useState(0);
  const active = Math.min(wished, Math.max(0, count - 1));

  const onKey = (event: KeyboardEvent): boolean => {
    if (event.isComposing || count === 0) return false;
    const next = moveIn(count, active, event.key);
    if (next !== undefined) setActive(next);
    else if (event.key === "Enter" || (takesTab && event.key === "Tab")) onTake(active);
    else return false;
    event.preventDefault();
    return true;
  };
  return { active, setActive, onKey };
}
