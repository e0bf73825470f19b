import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Virtualizer, type ScrollToIndexOpts, type VirtualizerHandle } from "virtua";
import type { Id } from "../contract/types.ts";
import { navigate, route } from "../app/route.ts";
import { dayKey, dayName } from "../app/text.ts";
import { t, tn } from "../i18n/t.ts";
import type { Known } from "../conversations/store.ts";
import { ConversationStart } from "../conversations/ConversationStart.tsx";
import { Icon } from "../design/Icon.tsx";
import { lazily } from "../design/lazily.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { moveFocus } from "../design/roving.ts";
import { me } from "../people/store.ts";
import { letRead, markRead } from "../receipts/actions.ts";
import { loadNewer, loadOlder, openAround, openNewest } from "./actions.ts";
import { caughtUp, editing, focusComposer, found } from "./focus.ts";
import { jumpToDate, keepStand, standOf, type Stand } from "./jumping.ts";
import { MessageRow } from "./MessageRow.tsx";
import { PendingRow } from "./PendingRow.tsx";
import { rowsOf, type Row } from "./rows.ts";
import { outbox, timelineOf } from "./store.ts";

const Comings = lazily(async () => (await import("./Comings.tsx")).Comings);
const AT_END_WITHIN = 24;
const LOAD_WITHIN = 2_000;
/** A page key, or one frame of a quick wheel, moves this far at most: what comes into view is drawn already. */
const DRAWN_AROUND = 1_200;
const FOUND_LASTS_MS = 2_600;
const STILL_FRAMES = 2;
const PLACED_WITHIN_MS = 400;
/** Longer than neighbours take to be drawn as large as they are; who finds words in the page scrolls without a key of ours. */
const HELD_FOR_MS = 2_500;

/** The history of one conversation. It is made anew for each conversation, so that no position leaks from one to the next. */
export function History({ conversation }: { conversation: Known }): JSX.Element {
  const { id } = conversation;
  const timeline = timelineOf(id).value;
  const at = route.value.at;
  const [newAfter, setNewAfter] = useState<number | null>(() => firstNew(conversation));
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const offset = useRef(0);
  const heights = useRef({ clientHeight: 0, scrollHeight: 0 });
  const [isAway, setAway] = useState(false);
  const isPlaced = useRef(false);
  const held = useRef<{ key: string; how: ScrollToIndexOpts } | null>(null);
  const last = useRef<string | undefined>(undefined);
  const [top, setTop] = useState<string | null>(null);
  const [isPlacing, setPlacing] = useState(false);
  const [isPainted, setPainted] = useState(false);
  const stand = useRef<Stand | null>(null);

  const place = `${id} ${at ?? ""}`;
  const [loadedPlace, setLoadedPlace] = useState("");

  useLayoutEffect(() => {
    // A thread that opens or closes beside the place that was linked to moves nobody away from it.
    if (at === null && isPlaced.current) return setLoadedPlace(place);
    isPlaced.current = false;
    const earlier = at === null && newAfter === null ? standOf(id) : undefined;
    stand.current = earlier ?? null;
    const opening = at !== null ? openAround(id, at) : earlier !== undefined ? openAround(id, earlier.seq) : openNewest(id);
    void opening.then(() => setLoadedPlace(place));
  }, [place]);

  // What arrives while nobody looks is new too.
  useEffect(() => {
    if (conversation.unread.messages > 0 && newAfter === null && (!document.hasFocus() || !isAtEnd.current)) setNewAfter(firstNew(conversation));
  }, [conversation.unread.messages]);

  const pending = outbox.value.filter((entry) => entry.conversation_id === id && (entry.thread_id === null || entry.also_in_conversation));
  // Nothing before it is known what comes first: the beginning of a channel would be drawn for one that has a long history.
  const isKnown = timeline.status === "ready" || timeline.roots.length > 0;
  const rows = useMemo(
    () => (isKnown ? rowsOf({ roots: timeline.roots, pending, hasOlder: timeline.hasOlder, hasNewer: timeline.hasNewer, newAfter, me: me.value?.id ?? "" }) : []),
    [isKnown, timeline.roots, timeline.hasOlder, timeline.hasNewer, newAfter, outbox.value],
  );
  const { isShifted, turn } = useShift(rows);
  // Read by what was set up earlier and runs later, such as the observer of sizes.
  const drawn = useRef(rows);
  drawn.current = rows;

  // Not by the list's own way to a row: that goes on until the row is measured, with what it knew of the others before, and
  // what grows meanwhile would send it up again. What is measured later is followed by the observer below.
  const toEnd = (): void => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    offset.current = element.scrollTop; // Who scrolls up before the list has told of this leaves the end, too.
  };

  /** Rows have been measured, and nothing is painted yet. */
  const followMeasured = (): void => {
    if (isPlaced.current && isAtEnd.current && held.current === null) toEnd();
  };

  const jump = (): void => {
    setNewAfter(null);
    setAway(false);
    isAtEnd.current = true;
    held.current = null;
    keepStand(id, null); // Else the history would open again where it stands now.
    isPlaced.current = at === null;
    if (at !== null) navigate({ conversationId: id, threadId: route.peek().threadId }, { replace: true });
    else void openNewest(id).then(() => requestAnimationFrame(toEnd));
  };

  useEffect(() => {
    if (caughtUp.value !== id) return;
    caughtUp.value = null;
    if (isAtEnd.current && !timeline.hasNewer) setNewAfter(null);
    else jump();
  }, [caughtUp.value]);

  const letGo = (): void => void (held.current = null);

  /** Whether a row is held in its place until the person scrolls: its neighbours' code, pictures and sizes come a moment later. */
  const stay = (): boolean => {
    const hold = held.current;
    const index = hold === null ? -1 : drawn.current.findIndex(({ key }) => key === hold.key);
    if (hold !== null && index !== -1) list.current?.scrollToIndex(index, hold.how);
    return index !== -1;
  };

  const placeAt = (index: number, how: ScrollToIndexOpts): void => {
    isAtEnd.current = false;
    const hold = (held.current = { key: rows[index]?.key ?? "", how });
    setTimeout(() => held.current === hold && letGo(), HELD_FOR_MS);
    stay();
    setPlacing(true);
  };

  // Rows around a place are measured in several frames, and the place is found anew with each: they are seen when it stands.
  useLayoutEffect(() => {
    if (!isPlacing || scroller.current === null) return undefined;
    return whenStill(scroller.current, () => setPlacing(false));
  }, [isPlacing]);

  // Where to stand when a history opens: at the place asked for, at what is new, or at the end.
  useLayoutEffect(() => {
    if (timeline.status !== "ready" || loadedPlace !== place || isPlaced.current || rows.length === 0) return;
    const wanted = at === null ? rows.findIndex((row) => row.kind === "new") : rows.findLastIndex((row) => row.kind === "message" && row.message.seq <= at);
    isPlaced.current = true;
    last.current = rows.at(-1)?.key;
    const earlier = stand.current;
    const stood = earlier === null ? -1 : rows.findIndex((row) => row.kind === "message" && row.message.seq >= earlier.seq);
    if (earlier !== null && stood !== -1) return placeAt(stood, { align: "start", offset: earlier.above });
    isAtEnd.current = wanted === -1 && !timeline.hasNewer;
    if (wanted === -1) toEnd();
    else placeAt(wanted, { align: at === null ? "start" : "center", offset: at === null ? -56 : 0 });
    if (at !== null) mark(at);
  }, [timeline.status, rows, loadedPlace]);

  // Those who read the end stay at the end; those who read further up are left in peace.
  useLayoutEffect(() => {
    if (!isPlaced.current || !isAtEnd.current || timeline.hasNewer) return;
    if (last.current !== (last.current = rows.at(-1)?.key)) held.current = null;
    if (!stay()) toEnd();
  }, [rows]);

  useEffect(() => () => letRead(id), [id]);

  // First what is seen, then what lies around it: a frame that draws both is late.
  useEffect(() => {
    if (rows.length === 0 || isPainted) return undefined;
    const frame = requestAnimationFrame(() => setTimeout(() => setPainted(true)));
    return () => cancelAnimationFrame(frame);
  }, [rows.length === 0, isPainted]);

  useReading(conversation, isAtEnd, timeline.status === "ready" && !timeline.hasNewer);

  const assess = (): void => {
    const handle = list.current;
    const element = scroller.current;
    if (handle === null || element === null || !isPlaced.current) return;
    // By the element, not by the list: that hears of a scrolling a little later, and what was followed to the end meanwhile
    // would look like scrolling up.
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    // Only scrolling up leaves the end: a window of another height, which the browser may have scrolled itself, or rows found
    // smaller than they were taken for, with which the list goes up as far, move nobody on purpose.
    const before = heights.current;
    const { clientHeight, scrollHeight } = element;
    heights.current = { clientHeight, scrollHeight };
    const shrunk = Math.max(0, before.scrollHeight - scrollHeight);
    if (below <= AT_END_WITHIN) isAtEnd.current = true;
    else if (offset.current - element.scrollTop > shrunk && before.clientHeight === clientHeight) isAtEnd.current = false;
    offset.current = element.scrollTop;
    lookAtTop(handle);
    setAway(timeline.hasNewer || (!isAtEnd.current && below > element.clientHeight / 2));
  };

  /** The day of what stands at the upper edge, and where to stand when somebody comes back. */
  const lookAtTop = (handle: VirtualizerHandle): void => {
    const index = handle.findItemIndex(handle.scrollOffset);
    const row = drawn.current[index];
    const isFar = handle.scrollSize - handle.scrollOffset - handle.viewportSize > handle.viewportSize / 2;
    const day = row?.kind === "message" && isFar ? row.message.created_at : null;
    // Drawn anew when the day is another one, not with each row.
    setTop((before) => (before !== null && day !== null && dayKey(before) === dayKey(day) ? before : day));
    const first = row?.kind === "message" ? row : undefined;
    if (isAtEnd.current && !timeline.hasNewer) keepStand(id, null);
    else if (first !== undefined) keepStand(id, { seq: first.message.seq, above: handle.scrollOffset - handle.getItemOffset(index) });
  };

  /**
   * Most people read the end and go: what is above a windowful is asked for when somebody scrolls. By the element, since the list
   * takes itself to be at the start until it hears of a scrolling.
   */
  const isNearStart = ({ scrollTop, clientHeight }: HTMLElement): boolean => scrollTop < (isAtEnd.current ? clientHeight : LOAD_WITHIN);

  const onScroll = (): void => {
    const handle = list.current;
    const element = scroller.current;
    if (handle === null || element === null || !isPlaced.current) return;
    assess();
    const below = handle.scrollSize - handle.scrollOffset - handle.viewportSize;
    if (isAtEnd.current && !timeline.hasNewer) lookedAt(id);
    if (isNearStart(element)) void loadOlder(id);
    if (below < LOAD_WITHIN) void loadNewer(id);
  };

  // The window shrinks when the composer grows, and rows grow when their pictures arrive.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (isPlaced.current && !stay() && isAtEnd.current) toEnd();
      assess();
    });
    observer.observe(element);
    if (element.lastElementChild !== null) observer.observe(element.lastElementChild);
    return () => observer.disconnect();
  }, [timeline.hasNewer, turn]);

  // What I send I want to see, wherever I was reading.
  const sent = pending.at(-1)?.key;
  useLayoutEffect(() => {
    if (sent === undefined) return;
    held.current = null;
    isAtEnd.current = true;
    if (timeline.hasNewer) jump();
    else toEnd();
  }, [sent]);

  // A short page may not fill the window, or what is new begins at its top, and then nothing ever scrolls.
  useEffect(() => {
    const element = scroller.current;
    if (isPlaced.current && element !== null && isNearStart(element) && timeline.hasOlder) void loadOlder(id);
  }, [rows, loadedPlace]);

  const editedIndex = rows.findIndex((row) => row.kind === "message" && row.message.id === editing.value);
  return (
    <div class="history">
      <NewerBar conversation={conversation} newAfter={newAfter} rows={rows} onDismiss={() => setNewAfter(null)} />
      {/* Both stand at the top; where the bar does, the style sheet hides the day. */}
      {top !== null && (
        <div class="day-float">
          <button type="button" aria-label={t("{day}: jump to another date", { day: dayName(top) })} onClick={() => jumpToDate(id)}>{dayName(top)} <Icon name="down" size={14} /></button>
        </div>
      )}
      <div
        ref={scroller}
        class={isPlacing ? "history-scroll placing" : "history-scroll"}
        role="region"
        aria-label={t("Messages")}
        aria-busy={timeline.status === "loading"}
        tabIndex={0}
        onWheel={letGo}
        onTouchMove={letGo}
        onPointerDown={letGo}
        onKeyDown={(event) => (letGo(), onHistoryKey(event))}
      >
        <div class="history-space" />
        <Virtualizer
          key={turn}
          ref={list}
          scrollRef={scroller}
          data={rows}
          shift={isShifted}
          bufferSize={isPainted ? DRAWN_AROUND : 0}
          {...(editedIndex >= 0 ? { keepMounted: [editedIndex] } : {})}
          onScroll={onScroll}
          onResize={followMeasured}
        >
          {(row: Row) => <RowView key={row.key} row={row} conversation={conversation} /> as never}
        </Virtualizer>
      </div>
      {timeline.status === "loading" && timeline.roots.length === 0 && <Skeleton />}
      {timeline.status === "error" && <LoadError words={t("The messages could not be loaded.")} onRetry={() => void (at === null ? openNewest(id) : openAround(id, at))} />}
      {isAway && (
        <button type="button" class="jump" onClick={jump}>
          <Icon name="down" size={16} /> {conversation.unread.messages > 0 ? tn("{count} new message", "{count} new messages", conversation.unread.messages) : t("Jump to newest")}
        </button>
      )}
    </div>
  );
}

const firstNew = ({ membership, unread }: Known): number | null => (membership !== null && unread.messages > 0 ? membership.read_seq : null);

const firstKey = (rows: readonly Row[]): string | null => rows.find((row) => row.kind === "message")?.key ?? null;

interface Shift {
  /** Whether rows were put in front of, or taken from, the start: only then does the list hold its place from the end. */
  isShifted: boolean;
  /** Counts the times that all rows were replaced: the list keeps sizes by their place, and those are of other rows then. */
  turn: number;
}

function useShift(rows: readonly Row[]): Shift {
  const before = useRef<readonly Row[]>([]);
  const turn = useRef(0);
  const first = firstKey(rows);
  const previous = firstKey(before.current);
  // By the first row, too: above the first message comes the beginning of the conversation, when nothing older is left.
  const isOther = previous !== null && (first !== previous || rows[0]?.key !== before.current[0]?.key);
  const isShifted = isOther && (rows.some((row) => row.key === previous) || before.current.some((row) => row.key === first));
  if (isOther && !isShifted) turn.current += 1;
  before.current = rows;
  return { isShifted, turn: turn.current };
}

function lookedAt(conversationId: Id): void {
  if (document.visibilityState === "visible" && document.hasFocus()) markRead(conversationId);
}

/** The cursor follows while the end is on the screen, the window has the focus and something is unread. */
function useReading(conversation: Known, isAtEnd: { current: boolean }, isEndLoaded: boolean): void {
  useEffect(() => {
    if (!isEndLoaded) return undefined;
    const look = (): void => {
      if (isAtEnd.current) lookedAt(conversation.id);
    };
    look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [conversation.id, conversation.last_seq, isEndLoaded]);
}

/** Call when a scroller has stood still for some frames, and soon in any case; returns how to give up waiting. */
function whenStill(scroller: HTMLElement, call: () => void): () => void {
  const until = performance.now() + PLACED_WITHIN_MS;
  let still = 0;
  let stood = "";
  const look = (now: number): void => {
    still = stood === (stood = `${scroller.scrollTop} ${scroller.scrollHeight}`) ? still + 1 : 0;
    if (still >= STILL_FRAMES || now > until) call();
    else frame = requestAnimationFrame(look);
  };
  let frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}

function mark(seq: number): void {
  found.value = seq;
  setTimeout(() => found.peek() === seq && (found.value = null), FOUND_LASTS_MS);
}

/** Arrows walk through the messages; Home and End go to the ends of what is drawn; Esc goes back to writing. */
function onHistoryKey(event: KeyboardEvent): void {
  const scroller = event.currentTarget as HTMLElement;
  const target = event.target as HTMLElement;
  if (target !== scroller && !target.matches(".message")) {
    if (event.key === "Escape" && target.closest(".toolbar") !== null) {
      event.stopPropagation();
      target.closest<HTMLElement>(".message")?.focus();
    }
    return;
  }
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    if (target === scroller) moveFocus(scroller, ".message", "last");
    else if (!moveFocus(scroller, ".message", event.key === "ArrowUp" ? -1 : 1) && event.key === "ArrowDown") focusComposer("conversation");
  } else if (event.key === "Escape") {
    event.stopPropagation();
    focusComposer("conversation");
  }
}

function RowView({ row, conversation }: { row: Row; conversation: Known }): JSX.Element {
  switch (row.kind) {
    case "start":
      return <ConversationStart conversation={conversation} />;
    case "day":
      return <div class="day" role="separator"><span>{dayName(row.at)}</span></div>;
    case "new":
      return <div class="new-line" role="separator"><span>{t("New")}</span></div>;
    case "newer":
      return <p class="quiet loading-line">{t("Loading newer messages…")}</p>;
    case "message":
      return <MessageRow message={row.message} isGrouped={row.isGrouped} isInThread={false} />;
    case "comings":
      return <div class="system-line" data-seq={row.messages[0]?.seq}><Comings messages={row.messages} /></div>;
    case "pending":
      return <PendingRow entry={row.entry} isGrouped={row.isGrouped} />;
  }
}

interface NewerBarProps {
  conversation: Known;
  newAfter: number | null;
  rows: readonly Row[];
  onDismiss: () => void;
}

/** When what is new starts above what is loaded, a bar leads there. */
function NewerBar({ conversation, newAfter, rows, onDismiss }: NewerBarProps): JSX.Element | null {
  const firstMessage = rows.find((row) => row.kind === "message");
  if (newAfter === null || firstMessage?.kind !== "message" || rows[0]?.kind === "start") return null;
  if (firstMessage.message.seq <= newAfter + 1 || rows.every((row) => row.kind !== "new")) return null;
  return (
    <div class="newer-bar">
      <button type="button" class="link-button" onClick={() => void openAround(conversation.id, newAfter)}>{t("Go to the first new message")}</button>
      <button type="button" class="link-button" onClick={onDismiss}>{t("Dismiss")}</button>
    </div>
  );
}

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{t("Loading messages…")}</span>
      {[72, 48, 88, 35, 64, 52].map((width) => (
        <div key={width} class="skeleton-row" aria-hidden="true">
          <span class="skeleton-face" />
          <span class={`skeleton-lines w-${width}`}><i /><i /></span>
        </div>
      ))}
    </div>
  );
}
