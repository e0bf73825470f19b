import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { reconnect } from "./actions.ts";
import { announcements, line, type LineState } from "./store.ts";

const PATIENCE_MS = 1_200;

const words = (state: LineState): string => {
  if (state === "offline") return t("You are offline. What you write is kept and sent when you are back.");
  if (state === "revoked") return t("You have been signed out.");
  return t("Reconnecting…");
};

/** A calm line while the connection is down; a short break is not worth a word. */
export function Connection(): JSX.Element {
  const state = line.value;
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (state === "open") {
      setShown(false);
      return undefined;
    }
    const timer = setTimeout(() => setShown(true), state === "offline" ? 0 : PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);

  return (
    <div class={`connection ${isShown ? "shown" : ""} ${state}`} role="status" data-line={state}>
      {isShown && (
        <>
          <span class="dot" aria-hidden="true" />
          <span>{words(state)}</span>
          {state === "waiting" && <button type="button" class="link-button" onClick={reconnect}>{t("Try now")}</button>}
        </>
      )}
    </div>
  );
}

/** New messages of the open conversation, for screen readers. */
export function Announcer(): JSX.Element {
  return <div class="visually-hidden" role="log" aria-live="polite" aria-label={t("New messages")}>{announcements.value.map(({ id, text }) => <p key={id}>{text}</p>)}</div>;
}
