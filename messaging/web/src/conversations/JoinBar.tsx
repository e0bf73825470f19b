import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { titleOf } from "../people/store.ts";
import { join } from "./actions.ts";
import type { Known } from "./store.ts";

/** In place of the composer for those who look at a public channel without being in it. */
export function JoinBar({ conversation }: { conversation: Known }): JSX.Element {
  return (
    <div class="join-bar">
      <p>{t("You are looking at #{name}.", { name: titleOf(conversation) })}</p>
      {conversation.kind === "public" && conversation.archived_at === null && (
        <button type="button" class="button primary" onClick={() => void join(conversation.id)}>{t("Join channel")}</button>
      )}
    </div>
  );
}
