import { signal } from "@preact/signals";
import { neighbour } from "../conversations/Sidebar.tsx";
import { complain } from "./failure.ts";
import { caughtUp, focusComposer } from "../messages/focus.ts";
import { markAllRead } from "../receipts/actions.ts";
import { search } from "../search/store.ts";
import { isMac } from "./keys.ts";
import { overlay } from "./overlay.ts";
import { dialog, openPanel, panel, type Dialog } from "./panel.ts";
import { navigate, route } from "./route.ts";
import { toggleDark } from "../settings/actions.ts";

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const isAnythingOpen = (): boolean => route.peek().threadId !== null || panel.peek() !== null;

/** Close the nearest thing that is open, and go back to writing. */
function closePanel(): void {
  const { conversationId, threadId } = route.peek();
  if (threadId !== null) navigate({ conversationId });
  else panel.value = null;
  focusComposer("conversation");
}

/** Done with what is new in the open conversation, seen or not. */
function catchUp(): void {
  const id = route.peek().conversationId;
  if (id === null) return;
  markAllRead({ id });
  caughtUp.value = id;
}

/** Whatever lies above the page takes this Escape for itself. */
const isEscape = ({ key, shiftKey }: KeyboardEvent, withShift = false): boolean => key === "Escape" && shiftKey === withShift && document.querySelector(":popover-open") === null;

function go(step: 1 | -1, isUnreadOnly: boolean): void {
  const next = neighbour(step, isUnreadOnly);
  if (next !== undefined) navigate({ conversationId: next.id });
}

const LANDMARKS = [".sidebar-list .entry[aria-current], .sidebar-list .entry", ".history-scroll", "[data-composer='conversation']", ".panel :is(input, textarea, .thread-scroll, button)"];

/** F6 goes round the parts of the window, as it does in a browser. */
function nextPart(step: 1 | -1): void {
  const parts = LANDMARKS.map((selector) => document.querySelector<HTMLElement>(selector)).filter((part): part is HTMLElement => part?.checkVisibility() === true);
  const from = parts.findIndex((part) => part.contains(document.activeElement) || part.parentElement?.contains(document.activeElement) === true);
  parts[(from + step + parts.length) % parts.length]?.focus();
}

const OFF = "single-keys-off";

/** Single letters as shortcuts get in the way of speech input; a person can switch them off. */
export const singleKeys = signal(localStorage.getItem(OFF) === null);

/** Switch single-letter shortcuts on or off, here and on the next visit. */
export function setSingleKeys(isOn: boolean): void {
  singleKeys.value = isOn;
  if (isOn) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

/** A search of the conversation: the page holds only a part of it. */
function searchHere(): void {
  search.value = { ...search.peek(), isHere: true };
  openPanel("search");
  document.querySelector<HTMLElement>(SEARCH)?.focus();
}

const SEARCH = ".search-form input";

/** Pressed once more, the keys are the browser's. */
function asksToFind({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  const isWanted = key.toLowerCase() === "f" && (isMac() ? metaKey && !ctrlKey : ctrlKey) && !shiftKey && !altKey;
  return isWanted && route.peek().conversationId !== null && document.activeElement?.matches(SEARCH) !== true;
}

interface Shortcut {
  isFor: (event: KeyboardEvent) => boolean;
  run: (event: KeyboardEvent) => void;
}

const open = (name: Dialog): void => void (dialog.value = name);
const switcher: Shortcut = {
  isFor: (event) => (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k",
  run: () => {
    overlay.value = null; // What is open makes room: dialogs on top of each other lead nowhere.
    open(dialog.peek() === "switcher" ? null : "switcher");
  },
};

const withModifiers: readonly Shortcut[] = [
  { isFor: ({ key }) => key === "F6", run: ({ shiftKey }) => nextPart(shiftKey ? -1 : 1) },
  { isFor: ({ key, altKey }) => altKey && key === "ArrowDown", run: ({ shiftKey }) => go(1, shiftKey) },
  { isFor: ({ key, altKey }) => altKey && key === "ArrowUp", run: ({ shiftKey }) => go(-1, shiftKey) },
  { isFor: ({ key, ctrlKey, metaKey }) => (ctrlKey || metaKey) && key === ",", run: () => open("settings") },
  { isFor: asksToFind, run: searchHere },
  { isFor: (event) => isEscape(event) && isAnythingOpen(), run: closePanel },
  { isFor: (event) => isEscape(event), run: catchUp },
  { isFor: (event) => isEscape(event, true), run: () => void import("../receipts/everything.ts").then(({ markEverythingRead }) => markEverythingRead()).catch(complain) },
];

const single: readonly Shortcut[] = [
  { isFor: ({ key }) => key === "?", run: () => open("shortcuts") },
  { isFor: ({ key }) => key === "/", run: () => openPanel("search") },
  { isFor: ({ key, shiftKey }) => shiftKey && key === "D", run: toggleDark },
  { isFor: ({ key }) => key === "c", run: () => focusComposer("conversation") },
];

/** Which shortcuts are in force: the browser's own combinations are left to it, and letters typed into fields are letters. */
function inForce(event: KeyboardEvent): readonly Shortcut[] {
  if (dialog.peek() !== null || document.querySelector("dialog[open]") !== null) return [switcher];
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const singles = isPlain && singleKeys.peek() && !isField(event.target) ? single : [];
  return [switcher, ...withModifiers, ...singles];
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const shortcut = inForce(event).find(({ isFor }) => isFor(event));
  if (shortcut === undefined) return;
  event.preventDefault();
  shortcut.run(event);
}

/** Listen for as long as the page lives. */
export const startShortcuts = (): void => document.addEventListener("keydown", onKey);
