import { Fragment, type JSX } from "preact";
import { overlay } from "./overlay.ts";

/** The dialog that `openOverlay` asked for. */
export function Overlay(): JSX.Element | null {
  const current = overlay.value;
  return current === null ? null : <Fragment key={current.key}>{current.draw(() => (overlay.value = null))}</Fragment>;
}
