import type { JSX } from "preact";
import { keyNames } from "./keys.ts";
import { Modal } from "../design/Modal.tsx";
import { dialog } from "./panel.ts";
import { setSingleKeys, singleKeys } from "./shortcuts.ts";
import { t } from "../i18n/t.ts";

type Rows = readonly (readonly [string, string])[];

const sheet = (): readonly (readonly [string, Rows])[] => [
  [t("Anywhere"), [
    ["Ctrl K", t("Jump to a conversation or person")],
    ["/", t("Search messages")],
    ["Ctrl F", t("Search in this conversation; once more, in the page")],
    ["C", t("Write")],
    ["F6", t("Next part of the window")],
    ["Alt ↑ ↓", t("Previous or next conversation")],
    ["Alt Shift ↑ ↓", t("Previous or next unread conversation")],
    ["Ctrl Shift ↑ ↓", t("Move a conversation or section in the sidebar")],
    ["Shift D", t("Light or dark")],
    ["Ctrl ,", t("Settings")],
    ["Esc", t("Close what is open; with nothing open, mark the conversation as read")],
    ["Shift Esc", t("Mark everything as read, with a way back")],
    ["?", t("This list")],
  ]],
  [t("Writing"), [
    ["Enter", t("Send")],
    ["Shift Enter", t("New line; in a list, the next item")],
    ["Ctrl B", t("Bold")],
    ["Ctrl I", t("Italic")],
    ["Ctrl Shift X", t("Strikethrough")],
    ["Ctrl Shift C", t("Code")],
    ["Ctrl Shift U", t("Link")],
    ["Ctrl Shift 7", t("Numbered list")],
    ["Ctrl Shift 8", t("List")],
    ["Ctrl Shift 9", t("Quote")],
    ["↑", t("Edit your last message, when nothing is written")],
    ["@ # :", t("Mention a person, a channel, an emoji")],
  ]],
  [t("On a message"), [
    ["↑ ↓", t("Previous or next message")],
    ["R", t("React")],
    ["T", t("Reply in thread")],
    ["E", t("Edit")],
    ["Del", t("Delete")],
    ["I", t("Who wrote it")],
    ["L", t("Copy link")],
    ["F", t("Forward")],
    ["S", t("Save for later")],
    ["M", t("Remind me")],
    ["P", t("Pin for everyone")],
    ["U", t("Mark unread from here")],
    [".", t("All actions of the message")],
    ["Enter", t("Go to its actions")],
  ]],
];

/** All keys on one sheet. */
export function ShortcutsDialog(): JSX.Element {
  return (
    <Modal title={t("Keyboard shortcuts")} onClose={() => (dialog.value = null)} wide>
      <div class="shortcuts" tabIndex={0} role="group" aria-label={t("Keyboard shortcuts")}>
        {sheet().map(([title, rows]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {rows.map(([keys, what]) => (
                <div key={keys}>
                  <dt><kbd>{keyNames(keys)}</kbd></dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="also">
        <input type="checkbox" checked={singleKeys.value} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />{" "}
        {t("Single keys ({keys}) work outside text fields", { keys: ["/", "C", "?", keyNames("Shift D")].join("  ") })}
      </label>
    </Modal>
  );
}
