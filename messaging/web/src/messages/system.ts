import type { Message } from "../contract/types.ts";
import { t } from "../i18n/t.ts";

type Sentence = () => string;

/** What a line of the system's says after the name of who did it. */
const SENTENCES: Record<string, Sentence> = {
  joined: () => t("joined"),
  join: () => t("joined"),
  left: () => t("left"),
  leave: () => t("left"),
  added: () => t("was added"),
  removed: () => t("was removed"),
  created: () => t("opened this conversation"),
  archived: () => t("archived this conversation"),
  restored: () => t("brought this conversation back"),
  unarchived: () => t("brought this conversation back"),
  converted: () => t("made this a private channel"),
  idle: () => t("has not been written in for long and will be archived soon; a message keeps it open"),
  renamed: () => t("renamed this conversation"),
  topic: () => t("changed the topic"),
  purpose: () => t("changed the purpose"),
};

/** The words of a system message that has none of its own: `channel_join` and `join` are one thing. */
export function systemSentence(message: Message): string {
  const subtype = (message.subtype ?? "").replace(/^(channel|group|conversation|member)_/, "");
  return SENTENCES[subtype]?.() ?? t("changed something here");
}
