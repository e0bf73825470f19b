import type { Id, Message } from "../contract/types.ts";

/** Lines that the server writes itself: `text` is the value they tell of. Lines of imports have words of their own. */
const OURS = new Set(["joined", "left", "added", "removed", "renamed", "topic", "purpose", "archived", "restored", "converted", "idle", "pinned", "moved_to_thread", "moved_out", "moved_away", "moved_here"]);

/** What a line of the system is about: `channel_join`, `join` and `joined` are one thing. */
export interface Line {
  subject: string;
  /** The value it tells of: the new name, the other person's id. */
  value: string;
  /** Words that came with it, to be shown as they are. */
  words: string;
}

const SAME: Record<string, string> = { join: "joined", leave: "left", archive: "archived", unarchive: "restored", unarchived: "restored", name: "renamed", convert_to_private: "made_private", pinned_item: "pinned", unpinned_item: "unpinned" };

/** In these the words of an import say no more than the subject. */
const WORDLESS = new Set(["joined", "left"]);

/** Read a line of the system. */
export function lineOf({ subtype, text }: Pick<Message, "subtype" | "text">): Line {
  const given = subtype ?? "";
  if (OURS.has(given)) return { subject: given, value: text ?? "", words: "" };
  const bare = given.replace(/^(channel|group|conversation|member)_/, "");
  const subject = SAME[bare] ?? bare;
  const words = text === null || /^[a-z_]*$/.test(text) || WORDLESS.has(subject) ? "" : text;
  return { subject, value: "", words };
}

/** Who came and who went by these lines, each once, in their order; whoever did both stands where they ended. */
export function comings(messages: readonly Message[]): { came: Id[]; went: Id[] } {
  const isIn = new Map<Id, boolean>();
  for (const message of messages) {
    const { subject, value } = lineOf(message);
    const who = subject === "added" || subject === "removed" ? value : message.author_id;
    if (who === null || who === "") continue;
    isIn.delete(who); // In the order of what they did last.
    isIn.set(who, subject === "joined" || subject === "added");
  }
  const people = [...isIn];
  return { came: people.filter(([, stays]) => stays).map(([id]) => id), went: people.filter(([, stays]) => !stays).map(([id]) => id) };
}

/** What somebody does, said as `/me waves`, here or in the place an import came from; null for all other messages. */
export function actionIn({ subtype, text }: Pick<Message, "subtype" | "text">): string | null {
  if (text === null) return null;
  if (subtype === "me_message") return text.replace(/^\/me\s+/, "").replace(/^_(.*)_$/s, "$1");
  return /^\/me\s+\S/.test(text) && !text.includes("\n") ? text.replace(/^\/me\s+/, "") : null;
}
