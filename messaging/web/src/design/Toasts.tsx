import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { IconButton } from "./IconButton.tsx";
import { dismiss, toasts } from "./toast.ts";

/** Short words at the edge of the page, read out politely. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone, action }) => (
        <div key={id} class={`toast ${tone}`}>
          <span>{text}</span>
          {action !== null && <button type="button" class="link-button toast-action" onClick={() => (dismiss(id), action.run())}>{action.label}</button>}
          <IconButton icon="close" label={t("Dismiss")} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
