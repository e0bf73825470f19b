import { Fragment, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Id, Message } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { t, tn } from "../i18n/t.ts";
import type { Known } from "../conversations/store.ts";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { moveFocus } from "../design/roving.ts";
import { me, titleOf } from "../people/store.ts";
import { markThreadRead, toggleFollow } from "../threads/actions.ts";
import { threads } from "../threads/store.ts";
import { loadThread } from "./actions.ts";
import { Composer } from "./Composer.tsx";
import { focusComposer, found } from "./focus.ts";
import { MessageRow } from "./MessageRow.tsx";
import { PendingRow } from "./PendingRow.tsx";
import { continues } from "./rows.ts";
import { find, outbox, timelineOf } from "./store.ts";

const AT_END_WITHIN = 48;
const LOOKED_AFTER_MS = 300;

/** One thread beside the history: the message it hangs on, its replies, and a place to reply. */
export function ThreadPanel({ conversation, rootId }: { conversation: Known; rootId: Id }): JSX.Element {
  const timeline = timelineOf(conversation.id).value;
  const thread = timeline.threads.get(rootId);
  const root = find(timeline, rootId);
  const replies = (thread?.replies ?? []).filter((message) => message.id !== rootId);
  const arrived = new Set(replies.map((message) => message.key));
  const pending = outbox.value.filter((entry) => entry.thread_id === rootId && !arrived.has(entry.key));
  const [scroller, isAtEnd] = useStickToEnd(`${rootId} ${pending.at(-1)?.key ?? replies.at(-1)?.id}`, replies.length + pending.length);
  const followed = threads.value.byId.get(rootId);
  // Where the person stood when they opened the thread: what lies past it is new.
  const [newAfter] = useState(() => (followed !== undefined && followed.unread > 0 ? followed.read_seq : null));
  const firstNew = newAfter === null ? -1 : replies.findIndex((message) => message.seq > newAfter && message.author_id !== me.value?.id);
  useReadingThread(rootId, isAtEnd, thread?.status === "ready" ? (followed?.unread ?? 0) : 0);

  useEffect(() => void loadThread(conversation.id, rootId), [conversation.id, rootId]);
  useLayoutEffect(() => focusComposer("thread"), [rootId, root === undefined]);

  // A link or a hit may lead to a reply far up in a long thread.
  useEffect(() => {
    if (found.value !== null) scroller.current?.querySelector(`[data-seq="${found.value}"]`)?.scrollIntoView({ block: "center" });
  }, [found.value, thread?.status]);

  return (
    <Panel title={t("Thread")} detail={titleOf(conversation)} acts={conversation.membership !== null && <FollowButton rootId={rootId} isFollowed={followed !== undefined} />} onClose={() => navigate({ conversationId: conversation.id })}>
      <div
        ref={scroller}
        class="thread-scroll"
        role="region"
        aria-label={t("Messages of the thread")}
        tabIndex={0}
        onKeyDown={onThreadKey}
      >
        {root !== undefined && <MessageRow message={root} isGrouped={false} isInThread />}
        <ThreadCount status={thread?.status} count={replies.length} />
        {replies.map((message, index) => (
          <Fragment key={message.id}>
            {index === firstNew && <div class="new-line" role="separator"><span>{t("New")}</span></div>}
            <MessageRow message={message} isGrouped={index !== firstNew && goesOn(replies[index - 1], message)} isInThread />
          </Fragment>
        ))}
        {pending.map((entry) => <PendingRow key={entry.key} entry={entry} isGrouped={false} />)}
        {thread?.status === "error" && <LoadError words={t("The thread could not be loaded.")} onRetry={() => void loadThread(conversation.id, rootId)} />}
      </div>
      {conversation.can.reply && root?.deleted_at === null && <Composer key={rootId} kind="thread" conversation={conversation} threadId={rootId} />}
    </Panel>
  );
}

function FollowButton({ rootId, isFollowed }: { rootId: Id; isFollowed: boolean }): JSX.Element {
  return (
    <button type="button" class="button small" aria-pressed={isFollowed} title={isFollowed ? t("You are notified of new replies. Press to stop.") : t("Get notified of new replies.")} onClick={() => void toggleFollow(rootId)}>
      {isFollowed ? t("Following") : t("Follow")}
    </button>
  );
}

/** The cursor follows while the end is on the screen, the window has the focus and something is unread. */
function useReadingThread(rootId: Id, isAtEnd: { current: boolean }, unread: number): void {
  useEffect(() => {
    if (unread === 0) return undefined;
    const look = (): void => {
      if (isAtEnd.current && document.visibilityState === "visible" && document.hasFocus()) markThreadRead(rootId);
    };
    const timer = setTimeout(look, LOOKED_AFTER_MS);
    addEventListener("focus", look);
    addEventListener("scroll", look, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      removeEventListener("focus", look);
      removeEventListener("scroll", look, { capture: true });
    };
  }, [rootId, unread]);
}

function ThreadCount({ status, count }: { status: "loading" | "ready" | "error" | undefined; count: number }): JSX.Element {
  if (status === "loading" && count === 0) return <p class="quiet thread-count" role="status">{t("Loading replies…")}</p>;
  return <p class="thread-count"><span>{count === 0 ? t("No replies yet") : tn("{count} reply", "{count} replies", count)}</span></p>;
}

function goesOn(before: Message | undefined, message: Message): boolean {
  if (before === undefined || message.kind === "system") return false;
  return continues({ author: before.author_id, at: before.created_at, movedAt: before.moved?.at }, message.author_id, message.created_at, message.moved?.at);
}

function useStickToEnd(key: string, count: number): [{ current: HTMLDivElement | null }, { current: boolean }] {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = scroller.current;
    const onScroll = (): void => {
      if (element !== null) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_WITHIN;
    };
    element?.addEventListener("scroll", onScroll, { passive: true });
    return () => element?.removeEventListener("scroll", onScroll);
  }, []);
  // What grows there, an edited reply, a picture that comes late, moves nobody away from the end either.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    });
    for (const part of [element, ...element.children]) observer.observe(part);
    return () => observer.disconnect();
  }, [key, count]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [key, count]);
  return [scroller, isAtEnd];
}

function onThreadKey(event: KeyboardEvent): void {
  const scroller = event.currentTarget as HTMLElement;
  const target = event.target as HTMLElement;
  if (target !== scroller && !target.matches(".message")) return;
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  event.preventDefault();
  if (target === scroller) moveFocus(scroller, ".message", "last");
  else moveFocus(scroller, ".message", event.key === "ArrowUp" ? -1 : 1);
}
