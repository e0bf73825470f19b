import type { Format } from "./format.ts";

/** The keys of each format, as people know them from Slack and from word processors; by place on the keyboard, not by letter. */
const KEYS: Readonly<Record<string, Format>> = {
  "Ctrl KeyB": "bold",
  "Ctrl KeyI": "italic",
  "Ctrl Shift KeyX": "strike",
  "Ctrl Shift KeyU": "link",
  "Ctrl Shift KeyC": "code",
  "Ctrl Alt Shift KeyC": "codeBlock",
  "Ctrl Shift Digit7": "numbers",
  "Ctrl Shift Digit8": "bullets",
  "Ctrl Shift Digit9": "quote",
};

/** Which format a key press asks for. */
export function formatFor({ ctrlKey, metaKey, altKey, shiftKey, code }: KeyboardEvent): Format | undefined {
  if (!ctrlKey && !metaKey) return undefined;
  return KEYS[["Ctrl", ...(altKey ? ["Alt"] : []), ...(shiftKey ? ["Shift"] : []), code].join(" ")];
}

/** The keys of a format, as a label shows them. */
export function keysOf(format: Format): string | undefined {
  const found = Object.entries(KEYS).find(([, other]) => other === format)?.[0];
  return found?.replace(/Key|Digit/, "");
}
