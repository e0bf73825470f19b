import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message, Page } from "../contract/types.ts";
import { passOver } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { Excerpt } from "../messages/Excerpt.tsx";
import { nameOf } from "../people/store.ts";
import { ask } from "../transport/http.ts";
import { acknowledge } from "./actions.ts";
import { requests } from "./notices.ts";

/** What waits for this person's acknowledgement, wherever it was written; nothing at all where nothing waits. */
export function Waiting(): JSX.Element | null {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const load = (): Promise<void> => ask<Page<Message>>("GET", "/acknowledgements?limit=50").then(({ items }) => setMessages(items)).catch(passOver);
  useEffect(() => void load(), [requests.value]);
  if (messages.length === 0) return null;
  return (
    <ul class="excerpts" aria-label={t("Acknowledgements")}>
      {messages.map((message) => (
        <li key={message.id}>
          <Excerpt message={message} showPlace note={<span class="due">{t("{name} waits for your acknowledgement.", { name: nameOf(message.author_id) })}</span>}>
            <button type="button" class="button small primary" onClick={() => void acknowledge(message).then(load)}>{t("Acknowledge")}</button>
          </Excerpt>
        </li>
      ))}
    </ul>
  );
}
