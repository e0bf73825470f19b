import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { LoadError } from "../design/LoadError.tsx";
import { ask, Refused } from "../transport/http.ts";
import { placeOfMessage } from "./links.ts";

/** The address of a message leads to where it stands now; what may not be seen is not there. */
export function LinkedMessage({ messageId }: { messageId: string }): JSX.Element {
  const [outcome, setOutcome] = useState<"asking" | "refused" | "failed">("asking");
  const open = (): void => {
    setOutcome("asking");
    ask<Message>("GET", `/messages/${messageId}`).then(
      (message) => navigate(placeOfMessage(message), { replace: true }),
      (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        setOutcome(error.status === 404 ? "refused" : "failed");
      },
    );
  };
  useEffect(open, [messageId]);
  if (outcome === "refused") return <NotAvailable />;
  if (outcome === "failed") return <LoadError words={t("The message could not be loaded.")} onRetry={open} />;
  return <div class="history" aria-busy="true" />;
}

/** Said of everything that is not there and of everything that is not for this person: the two must not differ. */
export function NotAvailable(): JSX.Element {
  return (
    <div class="welcome">
      <h1>{t("Not available to you")}</h1>
      <p>{t("It may have been removed, or it may be for people you are not among. Ask whoever gave you the link.")}</p>
      <p><a class="button" href="/">{t("Go to the start page")}</a></p>
    </div>
  );
}
