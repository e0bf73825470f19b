import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/t.ts";
import { place } from "../design/place.ts";
import { opened, type Opened } from "./picker.ts";
import { openOverlay } from "../app/overlay.ts";
import { me } from "../people/store.ts";
import { h } from "preact";
import { custom, loadCustom } from "./custom.ts";
import { EmojiView } from "./EmojiView.tsx";
import { emojis, findEmojis, FREQUENT, loadEmojis, type Emoji } from "./emoji.ts";

const MOST_FOUND = 80;
const COLUMNS = 8;

const groupNames = (): Record<number, string> => ({
  0: t("Smileys"),
  1: t("People"),
  3: t("Animals and nature"),
  4: t("Food and drink"),
  5: t("Travel and places"),
  6: t("Activities"),
  7: t("Objects"),
  8: t("Symbols"),
  9: t("Flags"),
});

/** The one picker of the page; drawn only while it is open. */
export function EmojiPicker(): JSX.Element | null {
  const current = opened.value;
  return current === null ? null : <Picker key={String(current.anchor)} {...current} />;
}

function Picker({ anchor, onPick, before, row }: Opened): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");

  useEffect(() => {
    loadCustom();
    void loadEmojis().catch(() => undefined);
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.showPopover();
    place(element, anchor);
    element.querySelector("input")?.focus();
  }, [anchor]);

  const close = (): void => {
    const now = document.activeElement;
    const wentElsewhere = now !== null && now !== document.body && box.current?.contains(now) === false;
    opened.value = null;
    // A click into the composer closes the picker, too, and what is typed next belongs there.
    if (wentElsewhere) return;
    // The button that opened it may be gone with its toolbar; its message is still there.
    const back = before?.isConnected === true ? before : row;
    if (back instanceof HTMLElement) back.focus();
  };
  const pick = (emoji: string): void => {
    close();
    onPick(emoji);
  };

  return (
    <div
      ref={box}
      class="picker"
      popover="auto"
      role="dialog"
      aria-label={t("Choose an emoji")}
      onToggle={(event) => (event as unknown as ToggleEvent).newState === "closed" && close()}
      onKeyDown={(event) => onPickerKey(event)}
    >
      <input
        class="input"
        type="search"
        placeholder={t("Search emoji")}
        aria-label={t("Search emoji")}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault(); // The button that opened the picker gets the focus back, and would be pressed by the same key.
          const first = box.current?.querySelector<HTMLElement>("[data-emoji]");
          if (first?.dataset["emoji"] !== undefined) pick(first.dataset["emoji"]);
        }}
      />
      <div class="picker-list">{query.trim() === "" ? <Groups onPick={pick} /> : <Found query={query} onPick={pick} />}</div>
      {me.value?.permissions.includes("emoji.add") === true && (
        <div class="picker-foot">
          <button type="button" class="button small" onClick={() => (close(), askForEmoji())}>{t("Add an emoji…")}</button>
          {custom.value.size > 0 && <button type="button" class="button small" onClick={() => (close(), showOwn())}>{t("Remove one…")}</button>}
        </div>
      )}
    </div>
  );
}

/** Show the dialog in which one of the organisation's own is added. */
function askForEmoji(): void {
  void openOverlay(async () => {
    const { AddEmojiDialog } = await import("./AddEmojiDialog.tsx");
    return (close) => h(AddEmojiDialog, { close });
  });
}

/** Show those that this person may take away. */
function showOwn(): void {
  void openOverlay(async () => {
    const { OwnEmojiDialog } = await import("./OwnEmojiDialog.tsx");
    return (close) => h(OwnEmojiDialog, { close });
  });
}

function onPickerKey(event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
  const step = steps[event.key];
  const isInField = event.target instanceof HTMLInputElement;
  if (step === undefined || (isInField && event.key !== "ArrowDown")) return;
  const buttons = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>("[data-emoji]")];
  const next = isInField ? 0 : buttons.indexOf(document.activeElement as HTMLElement) + step;
  if (next < 0) (event.currentTarget as Element).querySelector("input")?.focus();
  else buttons[Math.min(next, buttons.length - 1)]?.focus();
  event.preventDefault();
}

interface Choice {
  unicode: string;
  label: string;
}

function Grid({ choices, onPick }: { choices: readonly Choice[]; onPick: (emoji: string) => void }): JSX.Element {
  return (
    <div class="picker-grid">
      {choices.map(({ unicode, label }) => (
        <button key={unicode} type="button" data-emoji={unicode} aria-label={label} title={label} onClick={() => onPick(unicode)}>
          <EmojiView value={unicode} />
        </button>
      ))}
    </div>
  );
}

function Groups({ onPick }: { onPick: (emoji: string) => void }): JSX.Element {
  const groups = Map.groupBy(emojis.value, (emoji: Emoji) => emoji.group);
  const names = groupNames();
  return (
    <>
      <h2>{t("Often used")}</h2>
      <Grid choices={FREQUENT.map((unicode) => ({ unicode, label: labelOf(unicode) }))} onPick={onPick} />
      {emojis.value.length === 0 && <p class="quiet">{t("Loading…")}</p>}
      {custom.value.size > 0 && (
        <section class="picker-group">
          <h2>{t("Your organisation’s own")}</h2>
          <Grid choices={[...custom.value.keys()].sort().map((name) => ({ unicode: `:${name}:`, label: name }))} onPick={onPick} />
        </section>
      )}
      {[...groups].map(([group, choices]) => (
        <section key={group} class="picker-group">
          <h2>{names[group] ?? ""}</h2>
          <Grid choices={choices} onPick={onPick} />
        </section>
      ))}
    </>
  );
}

const labelOf = (unicode: string): string => emojis.value.find((emoji) => emoji.unicode === unicode)?.label ?? unicode;

function Found({ query, onPick }: { query: string; onPick: (emoji: string) => void }): JSX.Element {
  const wanted = query.trim().toLowerCase();
  const own = [...custom.value.keys()].filter((name) => name.includes(wanted)).map((name) => ({ unicode: `:${name}:`, label: name }));
  const choices = [...own, ...findEmojis(emojis.value, query, MOST_FOUND)];
  if (choices.length === 0) return <p class="quiet">{t("No emoji has that name.")}</p>;
  return <Grid choices={choices} onPick={onPick} />;
}
