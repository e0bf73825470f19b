import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message, Page } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { forgive, owe } from "../live/owed.ts";
import { skips } from "../live/store.ts";
import { Excerpt } from "../messages/Excerpt.tsx";
import { nameOf } from "../people/store.ts";
import { ask } from "../transport/http.ts";
import { acknowledge, acknowledged } from "./actions.ts";
import { listed, requests } from "./notices.ts";

const LIST = "acknowledgements";

/** What waits for this person's acknowledgement, wherever it was written; nothing at all where nothing waits. */
export function Waiting(): JSX.Element | null {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const load = (): void => owe(LIST, () => ask<Page<Message>>("GET", "/acknowledgements?limit=50").then(({ items }) => setMessages(items)));
  useEffect(load, [requests.value, skips.value]);
  useEffect(() => () => forgive(LIST), []);
  useEffect(() => {
    listed.value = messages.map(({ id }) => id);
    return () => void (listed.value = []);
  }, [messages]);
  // Where very many are asked only this tells what was given on another device.
  const waiting = messages.filter(({ id }) => !acknowledged.value.has(id));
  if (waiting.length === 0) return null;
  return (
    <ul class="excerpts" aria-label={t("Acknowledgements")}>
      {waiting.map((message) => (
        <li key={message.id}>
          <Excerpt message={message} showPlace note={<span class="due">{t("{name} is waiting for your acknowledgement.", { name: nameOf(message.author_id) })}</span>}>
            <button type="button" class="button small primary" onClick={() => void acknowledge(message).then(load)}>{t("Acknowledge")}</button>
          </Excerpt>
        </li>
      ))}
    </ul>
  );
}
