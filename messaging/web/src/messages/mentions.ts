import type { Id } from "../contract/types.ts";

/** What a composer shows as `@Ana Example` or `#general`, and what is stored for it. Keys are the shown form. */
export type Mentions = ReadonlyMap<string, string>;

export const personMention = (id: Id): string => `<@${id}>`;
export const groupMention = (id: Id): string => `<&${id}>`;
export const conversationMention = (id: Id): string => `<#${id}>`;

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Spans that Markdown takes literally, and everything between them. */
const LITERAL = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;

/**
 * Turn what the composer shows into what is stored.
 *
 * The longest name wins, so that `@Ana Lima` is not read as `@Ana` with a word behind it. Code stays as typed.
 */
export function encodeMentions(text: string, mentions: Mentions): string {
  const shown = [...mentions.keys()].sort((a, b) => b.length - a.length);
  if (shown.length === 0) return text;
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${shown.map(escapeRegExp).join("|")})(?![\\p{L}\\p{N}_])`, "gu");
  return text
    .split(LITERAL)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(pattern, (name) => mentions.get(name) ?? name)))
    .join("");
}

interface Names {
  person(id: Id): string;
  conversation(id: Id): string;
  group(id: Id): string;
}

/** Turn what is stored into what the composer shows, for editing; with the table that turns it back. */
export function decodeMentions(text: string, names: Names): { text: string; mentions: Map<string, string> } {
  const mentions = new Map<string, string>();
  const shown = text.replace(/<@([0-9a-f-]{36})>|<#([0-9a-f-]{36})>|<!(channel|here)>|<&([0-9a-f-]{36})>/gi, (token, person, conversation, everyone, group) => {
    const name = person ? `@${names.person(person)}` : conversation ? `#${names.conversation(conversation)}` : group ? `@${names.group(group)}` : `@${everyone}`;
    mentions.set(name, token);
    return name;
  });
  return { text: shown, mentions };
}

/** The mention being typed at the caret: its sign, its letters so far, and where it starts. */
export interface Typed {
  sign: "@" | "#" | ":";
  query: string;
  start: number;
}

const TYPED = /(?:^|[\s(\[{"'>])([@#:])([\p{L}\p{N}_.+-]{0,40})$/u;

/** What the caret stands in, if it stands in a mention or an emoji name. */
export function typedAt(text: string, caret: number): Typed | null {
  const match = TYPED.exec(text.slice(0, caret));
  if (match === null) return null;
  const [, sign, query = ""] = match;
  if (sign === ":" && query.length < 2) return null;
  return { sign: sign as Typed["sign"], query, start: caret - query.length - 1 };
}
