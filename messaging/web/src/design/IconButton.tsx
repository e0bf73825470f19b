import type { ComponentChildren, JSX } from "preact";
import { keyNames } from "../app/keys.ts";
import { Icon, type IconName } from "./Icon.tsx";

interface Props {
  icon: IconName;
  label: string;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
  expanded?: boolean;
  /** The button opens a menu. */
  hasMenu?: boolean;
  shortcut?: string | undefined;
  class?: string;
  tabIndex?: number;
  /** Which line of a table it stands for. */
  id?: string;
  children?: ComponentChildren;
}

/** A square button with a picture; its label is read out and shown on hover. */
export function IconButton({ icon, label, onClick, pressed, expanded, hasMenu, shortcut, tabIndex, id, children, class: extra = "" }: Props): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${extra}`}
      aria-label={label}
      title={shortcut === undefined ? label : `${label} (${keyNames(shortcut)})`}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={hasMenu === true ? "menu" : undefined}
      tabIndex={tabIndex}
      data-action={id}
      onClick={onClick}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
