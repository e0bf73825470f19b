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
