import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/t.ts";
import { IconButton } from "./IconButton.tsx";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** A palette draws its own head; the title is then for screen readers alone. */
  bare?: boolean;
  wide?: boolean;
}

/** A native dialog: focus is kept inside, Esc and a click beside it close it, and focus returns to where it was. */
export function Modal({ title, onClose, children, bare = false, wide = false }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Before the next key can come: what is typed right after opening belongs to the dialog.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class={`modal ${bare ? "bare" : ""} ${wide ? "wide" : ""}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="modal-sheet">
        <div class={bare ? "visually-hidden" : "modal-head"}>
          <h2 id={titleId}>{title}</h2>
          {!bare && <IconButton icon="close" label={t("Close")} onClick={onClose} />}
        </div>
        {children}
      </div>
    </dialog>
  );
}
