import type { JSX } from "preact";
import type { Id } from "../contract/types.ts";
import { listed } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { me, nameOf } from "../people/store.ts";
import { typing } from "./store.ts";

const MOST_NAMED = 2;

/** Who is writing here. Seen only: a screen reader would be told all day. */
export function TypingLine({ conversationId }: { conversationId: Id }): JSX.Element {
  const ids = [...(typing.value.get(conversationId)?.keys() ?? [])].filter((id) => id !== me.value?.id);
  return <p class="typing" aria-hidden="true">{words(ids)}</p>;
}

function words(ids: Id[]): string {
  if (ids.length === 0) return "";
  if (ids.length > MOST_NAMED) return t("Several people are writing…");
  const names = listed(ids.map((id) => nameOf(id)));
  return ids.length === 1 ? t("{names} is writing…", { names }) : t("{names} are writing…", { names });
}
