import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { SharedFileView } from "../contract/generated.ts";
import type { Conversation, FileView, Message, SearchHit, User } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { fileSize, shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { writeTo } from "../conversations/running.ts";
import { conversations, type Known } from "../conversations/store.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon } from "../design/Icon.tsx";
import { lazily } from "../design/lazily.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { moveFocus } from "../design/roving.ts";
import { isShown } from "../files/kinds.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { plain } from "../messages/plain.ts";
import { actionIn } from "../messages/system.ts";
import { forgetSearches, moreHits, recentSearches, rememberSearch, runSearch } from "./actions.ts";
import { filtersIn, without } from "./query.ts";
import { FilterHelp, SearchField } from "./SearchField.tsx";
import { search, type Search, type Tab } from "./store.ts";

const SharedWithMe = lazily(() => import("../files/SharedWithMe.tsx").then((module) => module.SharedWithMe));

const WAIT_MS = 220;

const TABS: readonly { tab: Tab; label: () => string }[] = [
  { tab: "messages", label: () => t("Messages") },
  { tab: "files", label: () => t("Files") },
  { tab: "people", label: () => t("People") },
  { tab: "channels", label: () => t("Channels") },
];

/** Search: a field with filters, and hits that open in their place. */
export function SearchPanel({ conversation }: { conversation: Known | undefined }): JSX.Element {
  const { q, isHere, tab, sort, status } = search.value;
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);

  const change = (wish: Partial<Pick<Search, "q" | "isHere" | "tab" | "sort">>, waitMs = 0): void => {
    clearTimeout(timer.current);
    if (waitMs === 0) return void runSearch(wish);
    search.value = { ...search.peek(), ...wish };
    timer.current = setTimeout(() => void runSearch({}), waitMs) as unknown as number;
  };
  const write = (text: string): void => {
    const element = field.current;
    if (element !== null) {
      element.value = text;
      element.focus();
    }
    change({ q: text });
  };
  const filters = filtersIn(q);

  return (
    <Panel title={t("Search")} onClose={() => (panel.value = null)}>
      <div class="search-form" role="search">
        <SearchField
          field={field}
          q={q}
          onChange={(text) => change({ q: text }, WAIT_MS)}
          onSubmit={() => (rememberSearch(search.peek().q), change({}))}
          onLeave={() => void (body.current !== null && moveFocus(body.current, ".hit", "first"))}
        />
        {(filters.length > 0 || conversation !== undefined) && (
          <div class="filter-chips" role="group" aria-label={t("Filters in force")}>
            {conversation !== undefined && (
              <button type="button" class="filter-chip" aria-pressed={isHere} onClick={() => change({ isHere: !isHere })}>{t("Only in {name}", { name: titleOf(conversation) })}</button>
            )}
            {filters.map((part) => (
              <button key={part.start} type="button" class="filter-chip" aria-label={t("Remove the filter {name}", { name: part.text })} onClick={() => write(without(q, part))}>
                <bdi>{part.text}</bdi> <Icon name="close" size={12} />
              </button>
            ))}
          </div>
        )}
        <Tabs tab={tab} onChoose={(chosen) => change({ tab: chosen })} />
      </div>
      <div
        ref={body}
        id="search-results"
        class="panel-body"
        role="tabpanel"
        aria-labelledby={`search-tab-${tab}`}
        onKeyDown={(event) => {
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step === 0) return;
          event.preventDefault();
          if (!moveFocus(event.currentTarget, ".hit", step) && step === -1) field.current?.focus();
        }}
      >
        {tab === "messages" && q.trim() !== "" && status !== "idle" && (
          <label class="search-sort">
            {t("Order")}{" "}
            <select class="input" value={sort} onChange={(event) => change({ sort: event.currentTarget.value === "newest" ? "newest" : "relevant" })}>
              <option value="relevant">{t("Most relevant first")}</option>
              <option value="newest">{t("Newest first")}</option>
            </select>
          </label>
        )}
        <Results onWrite={write} />
      </div>
    </Panel>
  );
}

function Tabs({ tab, onChoose }: { tab: Tab; onChoose: (tab: Tab) => void }): JSX.Element {
  const step = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = TABS.findIndex((one) => one.tab === tab);
    const next = TABS[(at + (document.dir === "rtl" ? -by : by) + TABS.length) % TABS.length];
    if (next === undefined) return;
    onChoose(next.tab);
    document.getElementById(`search-tab-${next.tab}`)?.focus();
  };
  return (
    <div class="search-tabs" role="tablist" aria-label={t("Kinds of results")} onKeyDown={step}>
      {TABS.map((one) => (
        <button key={one.tab} id={`search-tab-${one.tab}`} type="button" role="tab" aria-selected={tab === one.tab} aria-controls="search-results" tabIndex={tab === one.tab ? 0 : -1} onClick={() => onChoose(one.tab)}>
          {one.label()}
        </button>
      ))}
    </div>
  );
}

function Results({ onWrite }: { onWrite: (q: string) => void }): JSX.Element {
  const { q, status, tab, hits, files, people, channels, next, hints, problem } = search.value;
  if (status === "error") return <LoadError words={t("The search did not respond.")} onRetry={() => void runSearch({})} />;
  if (q.trim() === "" || status === "idle") return <>{tab === "files" && <Given />}<Start onWrite={onWrite} /></>;
  if (problem !== null) return <p class="search-problem" role="alert"><Icon name="alert" size={16} /> {problem}</p>;
  const count = { messages: hits, files, people, channels }[tab].length;
  if (status === "loading" && count === 0) return <p class="quiet empty" role="status">{t("Searching…")}</p>;
  return (
    <>
      {hints.map((hint) => <p key={hint.text} class="search-hint" role="status">{hint.message}</p>)}
      {count === 0 && <p class="quiet empty" role="status">{t("Nothing found for “{q}”. Try fewer or other words.", { q })}</p>}
      <ul class="hits" aria-label={t("Search results")}>
        {tab === "messages" && hits.map((hit) => <li key={hit.message.id}><Hit hit={hit} /></li>)}
        {tab === "files" && files.map((file) => <li key={file.file.id}><FileHit found={file} /></li>)}
        {tab === "people" && people.map((user) => <li key={user.id}><PersonHit user={user} /></li>)}
        {tab === "channels" && channels.map((one) => <li key={one.id}><ChannelHit conversation={one} /></li>)}
      </ul>
      {next !== null && <button type="button" class="button more" onClick={() => void moreHits()}>{t("Show more")}</button>}
    </>
  );
}

/** What others shared with this person is at hand where files are looked for. */
function Given(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="search-given">
      <button type="button" class="filter-chip" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t("Shared with me")}</button>
      {isOpen && <SharedWithMe />}
    </section>
  );
}

/** Before anything is looked for: what was looked for of late, and what one can write. */
function Start({ onWrite }: { onWrite: (q: string) => void }): JSX.Element {
  const [recent, setRecent] = useState(recentSearches);
  return (
    <div class="search-start">
      {recent.length > 0 && (
        <section aria-label={t("Recent searches")}>
          <h3>{t("Recent searches")}</h3>
          <ul>
            {recent.map((q) => <li key={q}><button type="button" class="hit recent" onClick={() => onWrite(q)}><Icon name="search" size={16} /> <bdi>{q}</bdi></button></li>)}
          </ul>
          <button type="button" class="link-button" onClick={() => (forgetSearches(), setRecent([]))}>{t("Clear")}</button>
        </section>
      )}
      <section aria-label={t("Filters")}>
        <h3>{t("Narrow it down")}</h3>
        <FilterHelp onTake={onWrite} />
        <p class="quiet">{t("Use \"quotes\" to find words side by side, and - to exclude a word.")}</p>
      </section>
    </div>
  );
}

/** A narrow window has room for one thing: the hit in its place, not the list it came from. */
function leave(threadId: string | null): void {
  rememberSearch(search.peek().q);
  if (innerWidth < 900 || threadId !== null) panel.value = null;
}

function openHit({ message }: SearchHit): void {
  const threadId = message.thread_id !== null && !message.also_in_conversation ? message.thread_id : null;
  leave(threadId);
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
      <span class={`hit-text ${actionIn(message) === null ? "" : "action"}`} dir="auto">
        {done(message, highlights).map(({ text, hit: isHit }, index) => (isHit ? <mark key={index}>{text}</mark> : <span key={index}>{plainPart(text)}</span>))}
      </span>
      {message.files.length > 0 && <span class="hit-files"><Icon name="clip" size={14} /> {message.files.map((file) => file.name).filter(Boolean).join(", ")}</span>}
    </button>
  );
}

/** What somebody does is found without the mark that says so. */
function done(message: Message, highlights: SearchHit["highlights"]): SearchHit["highlights"] {
  const [first, ...rest] = highlights;
  if (first === undefined || first.hit || actionIn(message) === null) return highlights;
  return [{ ...first, text: first.text.replace(/^\/me\s+/, "") }, ...rest];
}

/** Mentions become names; the spaces at a part's ends separate it from the hit beside it and stay. */
function plainPart(text: string): string {
  const words = plain(text);
  return `${/^\s/.test(text) ? " " : ""}${words}${/\s$/.test(text) && words !== "" ? " " : ""}`;
}

function FileHit({ found }: { found: SharedFileView }): JSX.Element {
  const { file, conversation_id: conversationId, seq, thread_id: threadId } = found;
  const open = (): void => {
    if (conversationId === null || seq === null) return openAlone(file);
    leave(threadId);
    navigate({ conversationId, at: seq, threadId });
  };
  const content = (
    <>
      {file.thumbnail_url === null ? <span class="file-thumb"><Icon name="file" /></span> : <img class="file-thumb" src={file.thumbnail_url} alt="" loading="lazy" />}
      <span><bdi>{file.name}</bdi><small>{t("{name}, {when}, {size}", { name: nameOf(found.author_id), when: shortWhen(found.created_at), size: fileSize(file.size_bytes) })}</small></span>
    </>
  );
  if (conversationId === null && !isShown(file)) return <a class="hit with-sign" href={file.url} download={file.name}>{content}</a>;
  return <button type="button" class="hit with-sign" onClick={open}>{content}</button>;
}

/** A file that was given without its place: there is nowhere to go, so it is looked at here. */
function openAlone(file: FileView): void {
  rememberSearch(search.peek().q);
  void import("../files/Files.tsx").then(({ view }) => view([file], file));
}

function PersonHit({ user }: { user: User }): JSX.Element {
  return (
    <button type="button" class="hit with-sign" onClick={() => (leave(null), writeTo(user.id))}>
      <Avatar userId={user.id} />
      <span><bdi>{user.name}</bdi><small>{user.title || user.email || ""}</small></span>
    </button>
  );
}

function ChannelHit({ conversation }: { conversation: Conversation }): JSX.Element {
  return (
    <button type="button" class="hit with-sign" onClick={() => (leave(null), navigate({ conversationId: conversation.id }))}>
      <span class="file-thumb"><Icon name={conversation.kind === "private" ? "lock" : conversation.kind === "direct" ? "people" : "hash"} /></span>
      <span><bdi>{titleOf(conversation)}</bdi><small>{conversation.topic}</small></span>
    </button>
  );
}
