import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/t.ts";

/** Words that are not to be read by accident: a button until it is pressed. Not even a screen reader comes upon them. */
export function Spoiler({ children }: { children: ComponentChildren }): JSX.Element {
  const [isShown, setShown] = useState(false);
  if (isShown) return <span class="spoiler shown">{children}</span>;
  return (
    <button type="button" class="spoiler" aria-label={t("Spoiler: press to read")} title={t("Spoiler: press to read")} onClick={() => setShown(true)}>
      <span aria-hidden="true" inert>{children}</span>
    </button>
  );
}
