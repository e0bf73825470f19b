import type { JSX } from "preact";
import type { Id } from "../contract/types.ts";
import { shortWhen } from "../app/text.ts";
import { Icon } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";
import { useInView } from "../people/watch.ts";
import { EmojiView } from "../reactions/EmojiView.tsx";
import { statusOf } from "./store.ts";

/** What somebody says of themselves, as a mark beside their name. */
export function StatusMark({ userId, withWords = false }: { userId: Id | null; withWords?: boolean }): JSX.Element | null {
  useInView(userId);
  const status = statusOf(userId);
  if (status === null) return null;
  const quiet = status.dnd_until === null ? "" : t("do not disturb until {when}", { when: shortWhen(status.dnd_until) });
  const words = [status.text, quiet].filter((part) => part !== "").join(" · ");
  return (
    <span class="status-mark" title={words}>
      {status.emoji !== "" && <span aria-hidden="true"><EmojiView value={status.emoji} /></span>}
      {status.dnd_until !== null && <Icon name="moon" size={14} />}
      {withWords ? <bdi>{words}</bdi> : <span class="visually-hidden">{words}</span>}
    </span>
  );
}
