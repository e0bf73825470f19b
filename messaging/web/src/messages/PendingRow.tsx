import type { JSX } from "preact";
import { line } from "../live/store.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon } from "../design/Icon.tsx";
import { clock } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { FilesOf } from "../files/FilesOf.tsx";
import { me, nameOf } from "../people/store.ts";
import { Markdown } from "./Markdown.tsx";
import type { OutboxEntry } from "./outbox.ts";
import { discard, retry } from "./sending.ts";

/** A message of mine on its way: it looks sent, with an honest word about where it is. */
export function PendingRow({ entry, isGrouped }: { entry: OutboxEntry; isGrouped: boolean }): JSX.Element {
  const mine = me.value?.id ?? null;
  return (
    <article class={`message pending ${entry.state} ${isGrouped ? "grouped" : "leads"}`} tabIndex={-1} data-key={entry.key} data-message={entry.key} aria-label={t("{name}, not sent yet: {text}", { name: nameOf(mine), text: entry.text.slice(0, 200) })}>
      {isGrouped ? <time class="gutter" dateTime={entry.created_at}>{clock(entry.created_at)}</time> : <Avatar userId={mine} />}
      <div class="message-main">
        {!isGrouped && (
          <div class="byline">
            <bdi class="name">{nameOf(mine)}</bdi>
            <time dateTime={entry.created_at}>{clock(entry.created_at)}</time>
          </div>
        )}
        {entry.text !== "" && <div class="text"><Markdown text={entry.text} /></div>}
        <FilesOf files={entry.files ?? []} />
        {entry.state === "failed" ? <Failure entry={entry} /> : entry.state === "asking" ? <Question entry={entry} /> : <p class="on-its-way">{sendingWords(entry)}</p>}
      </div>
    </article>
  );
}

function sendingWords(entry: OutboxEntry): string {
  if (line.value === "offline" || !navigator.onLine) return t("Kept here; it will be sent when you are back online.");
  return entry.attempts > 0 ? t("Still trying to send…") : t("Sending…");
}

/** The server wants to be sure; nobody has been called on yet. */
function Question({ entry }: { entry: OutboxEntry }): JSX.Element {
  return (
    <div class="failure asking" role="alert">
      <Icon name="people" size={16} />
      <span>{entry.error}</span>
      <button type="button" class="button small primary" onClick={() => retry(entry)}>{t("Send to all of them")}</button>
      <button type="button" class="button small" onClick={() => discard(entry)}>{t("Discard")}</button>
    </div>
  );
}

function Failure({ entry }: { entry: OutboxEntry }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <Icon name="alert" size={16} />
      <span>{t("Not sent. {why}", { why: entry.error ?? "" })}</span>
      <button type="button" class="button small" onClick={() => retry(entry)}>{t("Try again")}</button>
      <button type="button" class="button small" onClick={() => discard(entry)}>{t("Discard")}</button>
    </div>
  );
}
