import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message, Thread } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { shortWhen } from "../app/text.ts";
import { t, tn } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { Excerpt } from "../messages/Excerpt.tsx";
import { loadInbox, toggleFollow } from "./actions.ts";
import { inbox, threads } from "./store.ts";

/** The threads that the person follows, those with something unread first. */
export function ThreadsPanel(): JSX.Element {
  const [next, setNext] = useState<string | null>(null);
  const load = (cursor: string | null = null): void => void loadInbox(cursor).then(setNext);
  useEffect(load, []);
  return (
    <Panel title={t("Threads")} onClose={() => (panel.value = null)}>
      <div class="panel-body">
        <List onRetry={load} />
        {next !== null && <button type="button" class="button more" onClick={() => load(next)}>{t("Show more")}</button>}
      </div>
    </Panel>
  );
}

function List({ onRetry }: { onRetry: () => void }): JSX.Element {
  const { status, roots } = threads.value;
  const items = inbox(threads.value, conversations.value);
  if (status === "error") return <LoadError words={t("Your threads could not be loaded.")} onRetry={onRetry} />;
  if (items.length === 0 && status === "loading") return <p class="quiet empty" role="status">{t("Loading…")}</p>;
  if (items.length === 0) return <p class="quiet empty">{t("You are not following any thread yet. You follow a thread when you reply in it, when somebody mentions you there, or when you choose to.")}</p>;
  return (
    <ul class="excerpts" aria-label={t("Threads you follow")}>
      {items.map((thread) => {
        const root = roots.get(thread.root_id);
        return root === undefined ? null : <li key={thread.root_id}><Entry thread={thread} root={root} /></li>;
      })}
    </ul>
  );
}

function openThread(thread: Thread): void {
  navigate({ conversationId: thread.conversation_id, threadId: thread.root_id });
}

function Entry({ thread, root }: { thread: Thread; root: Message }): JSX.Element {
  const replies = tn("{count} reply", "{count} replies", root.reply_count);
  const when = root.last_reply_at === null || root.reply_count === 0 ? "" : shortWhen(root.last_reply_at); // The last one may be deleted.
  const note = thread.unread > 0 ? <span class="excerpt-note due">{tn("{count} new reply", "{count} new replies", thread.unread)}</span> : <>{when === "" ? replies : t("{replies}, last {when}", { replies, when })}</>;
  return (
    <Excerpt message={root} showPlace note={note} onOpen={() => openThread(thread)}>
      <button type="button" class="button small" onClick={() => openThread(thread)}>{t("Open the thread")}</button>
      <button type="button" class="button small" onClick={() => void toggleFollow(thread.root_id)}>{t("Stop following")}</button>
    </Excerpt>
  );
}
