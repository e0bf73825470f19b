import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { IconButton } from "./IconButton.tsx";
import { dismiss, toasts } from "./toast.ts";

/** Short words at the edge of the page, read out politely. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast ${tone}`}>
          <span>{text}</span>
          <IconButton icon="close" label={t("Dismiss")} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
