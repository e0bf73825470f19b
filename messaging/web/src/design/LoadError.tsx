import type { JSX } from "preact";
import { t } from "../i18n/t.ts";

/** Something could not be loaded: what, and a way to try again. */
export function LoadError({ words, onRetry }: { words: string; onRetry: () => void }): JSX.Element {
  return (
    <div class="load-error" role="alert">
      <p>{words}</p>
      <button type="button" class="button" onClick={onRetry}>{t("Try again")}</button>
    </div>
  );
}
