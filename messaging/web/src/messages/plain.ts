import { conversations } from "../conversations/store.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { groupName } from "../people/groups.ts";
import type { Message } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { decodeMentions } from "./mentions.ts";
import { actionIn } from "./system.ts";

/** How mentions are shown as words. */
export const names = {
  person: (id: string): string => nameOf(id),
  group: (id: string): string => groupName(id),
  conversation: (id: string): string => {
    const conversation = conversations.peek().byId.get(id);
    return conversation === undefined ? "…" : titleOf(conversation);
  },
};

/** A message with its mentions as names, its lines as they are. */
export const plainLines = (text: string): string => decodeMentions(text, names).text;

/** A message as one line of words, for announcements, search hits and labels. */
export const plain = (text: string): string => decodeMentions(text, names).text.replace(/\s+/g, " ").trim();

/** What somebody said or did, by name, in one line: for announcements and reminders. */
export function lineBy(name: string, message: Pick<Message, "subtype" | "text">): string {
  const action = actionIn(message);
  return action === null ? t("{name}: {text}", { name, text: plain(message.text ?? "") }) : t("{name} {action}", { name, action: plain(action) });
}

/** The beginning of a message for lists, where its author's name stands beside it: what is done without its mark. */
export function gistOf({ subtype, text }: Pick<Message, "subtype" | "text">, most: number): string {
  const beginning = (text ?? "").slice(0, most);
  return gist(actionIn({ subtype, text: beginning }) ?? beginning);
}

/** The words of a message without the marks that shape them, for lists that show its beginning. */
export const gist = (text: string): string => plain(MARKS.reduce((words, [mark, put]) => words.replace(mark, put), text));

const MARKS: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*```\w*$/gm, ""],
  [/^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t:|-]*$/gm, ""], // The line below the head of a table.
  [/^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$/gm, ""],
  [/^\s*(?:#{1,6}|>|[-*+](?:\s\[[ xX]\])?|\d+[.)])\s+/gm, ""],
  [/\*\*|__|~~|`{1,3}|\|\|/g, ""],
  [/(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])/g, "$1"],
  [/!?\[([^\]\n]+)\]\([^()\s]+\)/g, "$1"],
];
