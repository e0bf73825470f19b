import { conversations } from "../conversations/store.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { groupName } from "../people/groups.ts";
import { decodeMentions } from "./mentions.ts";

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

/** The words of a message without the marks that shape them, for lists that show its beginning. */
export const gist = (text: string): string => plain(text.replace(/^\s*(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, "").replace(/\*\*|__|~~|`{1,3}|\|\|/g, ""));
