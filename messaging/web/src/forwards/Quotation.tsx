import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { moment, shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Markdown } from "../messages/Markdown.tsx";
import { placeOfMessage } from "../messages/links.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { find, sources } from "./sources.ts";
import "./forwards.css";

/** What a message passes on: the words and who wrote them; where they stand only for those who may go there. */
export function Quotation({ message }: { message: Message }): JSX.Element | null {
  const forward = message.forward;
  const sourceId = forward?.source_id ?? null;
  useEffect(() => {
    if (sourceId !== null) void find(sourceId);
  }, [sourceId]);
  if (forward == null) return null;
  const source = sources.value.get(forward.source_id) ?? null;
  const place = source === null ? undefined : conversations.value.byId.get(source.conversation_id);
  return (
    <blockquote class="forwarded">
      <p class="forwarded-head">
        <Avatar userId={forward.author_id} size="s" />
        <bdi class="name">{nameOf(forward.author_id)}</bdi>
        <time dateTime={forward.written_at} title={moment(forward.written_at)}>{shortWhen(forward.written_at)}</time>
      </p>
      {forward.text !== "" && <div class="text"><Markdown text={forward.text} /></div>}
      {source !== null && (
        <button type="button" class="link-button" onClick={() => navigate(placeOfMessage(source))}>
          {place === undefined ? t("Show the original") : t("Show the original in {name}", { name: titleOf(place) })}
        </button>
      )}
    </blockquote>
  );
}
