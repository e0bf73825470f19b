import { neighbour } from "../conversations/Sidebar.tsx";
import { focusComposer } from "../messages/focus.ts";
import { dialog, panel } from "./panel.ts";
import { navigate, route } from "./route.ts";
import { theme, toggleTheme } from "./theme.ts";

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Close the nearest thing that is open; true when there was one. */
function closePanel(): boolean {
  const { conversationId, threadId } = route.peek();
  if (threadId !== null) navigate({ conversationId });
  else if (panel.peek() !== null) panel.value = null;
  else return false;
  focusComposer("conversation");
  return true;
}

function go(step: 1 | -1, isUnreadOnly: boolean): void {
  const next = neighbour(step, isUnreadOnly);
  if (next !== undefined) navigate({ conversationId: next.id });
}

const LANDMARKS = [".sidebar-list .entry[aria-current], .sidebar-list .entry", ".history-scroll", "[data-composer='conversation']", ".panel :is(input, textarea, .thread-scroll, button)"];

/** F6 goes round the parts of the window, as it does in a browser. */
function nextPart(step: 1 | -1): void {
  const parts = LANDMARKS.map((selector) => document.querySelector<HTMLElement>(selector)).filter((part) => part !== null);
  const from = parts.findIndex((part) => part.contains(document.activeElement) || part.parentElement?.contains(document.activeElement) === true);
  parts[(from + step + parts.length) % parts.length]?.focus();
}

/** The window's own keys. Single letters work only outside fields; the browser's own combinations are left to it. */
function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const done = (): void => event.preventDefault();
  if (isCommand && event.key.toLowerCase() === "k") return done(), void (dialog.value = dialog.peek() === "switcher" ? null : "switcher");
  if (dialog.peek() !== null) return;
  if (event.key === "F6") return done(), nextPart(event.shiftKey ? -1 : 1);
  if (event.altKey && event.key === "ArrowDown") return done(), go(1, event.shiftKey);
  if (event.altKey && event.key === "ArrowUp") return done(), go(-1, event.shiftKey);
  if (event.key === "Escape" && closePanel()) return done();
  if (isField(event.target) || isCommand || event.altKey) return;
  if (event.key === "?") return done(), void (dialog.value = "shortcuts");
  if (event.key === "/") return done(), void (panel.value = "search");
  if (event.key === "D" && event.shiftKey && theme.peek()) return done(), toggleTheme();
  if (event.key === "c") return done(), focusComposer("conversation");
}

/** Listen for as long as the page lives. */
export const startShortcuts = (): void => document.addEventListener("keydown", onKey);
