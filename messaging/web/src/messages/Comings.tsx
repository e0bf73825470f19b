import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Id, Message } from "../contract/types.ts";
import { clock, listed, moment } from "../app/text.ts";
import { t, tn } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";
import { SystemSentence } from "./SystemSentence.tsx";
import { comings } from "./system.ts";

const MOST_NAMED = 3;

/** Ana, Bo and 12 others. */
function named(ids: readonly Id[]): string {
  const shown = ids.length <= MOST_NAMED ? ids : ids.slice(0, MOST_NAMED - 1);
  const rest = ids.length - shown.length;
  const names = shown.map((id) => nameOf(id));
  return listed(rest === 0 ? names : [...names, tn("{count} other", "{count} others", rest)]);
}

/** Who came and who went, in one line; and, for whoever wants to know, one line each. */
export function Comings({ messages }: { messages: readonly Message[] }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { came, went } = comings(messages);
  const last = messages.at(-1);
  return (
    <div class="comings">
      <p dir="auto">
        {came.length > 0 && tn("{names} joined.", "{names} joined.", came.length, { names: named(came) })}{" "}
        {went.length > 0 && tn("{names} left.", "{names} left.", went.length, { names: named(went) })}{" "}
        <button type="button" class="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{isOpen ? t("Show less") : t("Show each")}</button>
      </p>
      {isOpen && (
        <ul class="comings-each">
          {messages.map((message) => (
            <li key={message.id} dir="auto"><SystemSentence message={message} /> <time dateTime={message.created_at} title={moment(message.created_at)}>{clock(message.created_at)}</time></li>
          ))}
        </ul>
      )}
      {!isOpen && last !== undefined && <time class="visually-hidden" dateTime={last.created_at}>{clock(last.created_at)}</time>}
    </div>
  );
}
