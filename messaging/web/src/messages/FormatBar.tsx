import type { JSX } from "preact";
import type { IconName } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { moveFocus } from "../design/roving.ts";
import { t } from "../i18n/t.ts";
import type { Format } from "./format.ts";
import { keysOf } from "./formatKeys.ts";

interface Button {
  format: Format;
  icon: IconName;
  label: () => string;
}

const BUTTONS: readonly Button[] = [
  { format: "bold", icon: "bold", label: () => t("Bold") },
  { format: "italic", icon: "italic", label: () => t("Italic") },
  { format: "strike", icon: "strike", label: () => t("Strikethrough") },
  { format: "link", icon: "link", label: () => t("Link") },
  { format: "quote", icon: "quote", label: () => t("Quote") },
  { format: "bullets", icon: "bullets", label: () => t("List") },
  { format: "numbers", icon: "numbers", label: () => t("Numbered list") },
  { format: "code", icon: "code", label: () => t("Code") },
  { format: "codeBlock", icon: "codeBlock", label: () => t("Code block") },
  { format: "spoiler", icon: "spoiler", label: () => t("Spoiler") },
];

interface Props {
  onFormat: (format: Format) => void;
  isPreviewed: boolean;
  onPreview: () => void;
}

/** What Markdown can do, for those who do not write it by hand. One stop of the Tab key; arrows walk in it. */
export function FormatBar({ onFormat, isPreviewed, onPreview }: Props): JSX.Element {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const bar = event.currentTarget as Element;
    const isForward = (event.key === "ArrowRight") === (getComputedStyle(bar).direction === "ltr");
    moveFocus(bar, "button", isForward ? 1 : -1);
  };
  return (
    <div class="format-bar" role="toolbar" aria-label={t("Formatting")} onKeyDown={onKeyDown}>
      {BUTTONS.map(({ format, icon, label }, index) => <IconButton key={format} icon={icon} label={label()} shortcut={keysOf(format)} tabIndex={index === 0 ? 0 : -1} onClick={() => onFormat(format)} />)}
      <span class="format-gap" />
      <IconButton icon="eye" label={t("Preview")} pressed={isPreviewed} tabIndex={-1} onClick={onPreview} />
    </div>
  );
}
