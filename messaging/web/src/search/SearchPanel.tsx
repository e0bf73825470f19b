import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SearchHit } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { conversations, type Known } from "../conversations/store.ts";
import { Avatar } from "../design/Avatar.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { moveFocus } from "../design/roving.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { plain } from "../messages/plain.ts";
import { moreHits, runSearch } from "./actions.ts";
import { search } from "./store.ts";

const WAIT_MS = 220;

/** Search: a field, and hits that open in their place in the history. */
export function SearchPanel({ conversation }: { conversation: Known | undefined }): JSX.Element {
  const { q, isHere } = search.value;
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);

  const change = (wish: { q?: string; isHere?: boolean }, waitMs: number): void => {
    const next = { q: wish.q ?? search.peek().q, isHere: wish.isHere ?? search.peek().isHere };
    search.value = { ...search.peek(), ...next };
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void runSearch(next), waitMs) as unknown as number;
  };

  return (
    <Panel title={t("Search")} onClose={() => (panel.value = null)}>
      <form
        class="search-form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          change({}, 0);
        }}
      >
        <input
          ref={field}
          class="input"
          type="search"
          aria-label={t("Search messages")}
          placeholder={t("Search messages")}
          value={q}
          onInput={(event) => change({ q: event.currentTarget.value }, WAIT_MS)}
          onKeyDown={(event) => event.key === "ArrowDown" && body.current !== null && moveFocus(body.current, ".hit", "first") && event.preventDefault()}
        />
        {conversation !== undefined && (
          <label class="also">
            <input type="checkbox" checked={isHere} onChange={(event) => change({ isHere: event.currentTarget.checked }, 0)} />{" "}
            {t("Only in {name}", { name: titleOf(conversation) })}
          </label>
        )}
      </form>
      <div
        ref={body}
        class="panel-body"
        onKeyDown={(event) => {
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step === 0) return;
          event.preventDefault();
          if (!moveFocus(event.currentTarget, ".hit", step) && step === -1) field.current?.focus();
        }}
      >
        <Results />
      </div>
    </Panel>
  );
}

function Results(): JSX.Element {
  const { q, status, hits, next } = search.value;
  if (status === "error") {
    return <LoadError words={t("The search did not answer.")} onRetry={() => void runSearch(search.peek())} />;
  }
  if (q.trim() === "" || status === "idle") return <p class="quiet empty">{t("Find what was said: a word, a name, a number. Hits open in their place in the conversation.")}</p>;
  if (status === "loading" && hits.length === 0) return <p class="quiet empty" role="status">{t("Searching…")}</p>;
  if (hits.length === 0) return <p class="quiet empty" role="status">{t("Nothing found for “{q}”. Try fewer or other words.", { q })}</p>;
  return (
    <>
      <ul class="hits" aria-label={t("Search results")}>
        {hits.map((hit) => <li key={hit.message.id}><Hit hit={hit} /></li>)}
      </ul>
      {next !== null && <button type="button" class="button more" onClick={() => void moreHits()}>{t("Show more")}</button>}
    </>
  );
}

function openHit({ message }: SearchHit): void {
  const threadId = message.thread_id !== null && !message.also_in_conversation ? message.thread_id : null;
  // A narrow window has room for one thing: the hit in its place, not the list it came from.
  if (innerWidth < 900 || threadId !== null) panel.value = null;
  navigate({ conversationId: message.conversation_id, at: message.seq, threadId });
}

function Hit({ hit }: { hit: SearchHit }): JSX.Element {
  const { message, highlights } = hit;
  const conversation = conversations.value.byId.get(message.conversation_id);
  return (
    <button type="button" class="hit" onClick={() => openHit(hit)}>
      <span class="hit-head">
        <Avatar userId={message.author_id} size="s" />
        <bdi class="name">{nameOf(message.author_id)}</bdi>
        <span class="where">{conversation === undefined ? t("in a channel you are not in") : t("in {name}", { name: titleOf(conversation) })}</span>
        <time dateTime={message.created_at}>{shortWhen(message.created_at)}</time>
      </span>
      <span class="hit-text" dir="auto">
        {highlights.map(({ text, hit: isHit }, index) => (isHit ? <mark key={index}>{text}</mark> : <span key={index}>{plainPart(text)}</span>))}
      </span>
    </button>
  );
}

/** Mentions become names; the spaces at a part's ends separate it from the hit beside it and stay. */
function plainPart(text: string): string {
  const words = plain(text);
  return `${/^\s/.test(text) ? " " : ""}${words}${/\s$/.test(text) && words !== "" ? " " : ""}`;
}
