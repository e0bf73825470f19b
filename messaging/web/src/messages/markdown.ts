import { Lexer, Tokenizer, type MarkedOptions, type Token, type Tokens } from "marked";

/**
 * A message's text as a tree that components draw.
 *
 * No HTML is ever made of it: raw HTML in a message is text like any other.
 */
export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "heading"; depth: number; children: Inline[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: ListItem[] }
  | { kind: "table"; head: Cell[]; rows: Cell[][] }
  | { kind: "rule" };

export interface ListItem {
  checked: boolean | null;
  children: Block[];
}

export interface Cell {
  align: "left" | "center" | "right" | null;
  children: Inline[];
}

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "emphasis" | "strike" | "spoiler"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "break" }
  | { kind: "person"; id: string }
  | { kind: "conversation"; id: string }
  | { kind: "group"; id: string }
  | { kind: "everyone"; name: "channel" | "here" };

/** HTML is not part of the language: undefined sends its characters on as text. */
class PlainTokenizer extends Tokenizer {
  override html(): undefined {
    return undefined;
  }
  override tag(): undefined {
    return undefined;
  }
}

/** `||what happens||`: not to be read by accident. */
function spoiler(this: { lexer: Lexer }, source: string): Tokens.Generic | undefined {
  const found = /^\|\|(?=\S)([\s\S]*?\S)\|\|/.exec(source);
  if (found === null) return undefined;
  return { type: "spoiler", raw: found[0], tokens: this.lexer.inlineTokens(found[1] ?? "") };
}

const options: MarkedOptions = {
  gfm: true,
  breaks: true,
  tokenizer: new PlainTokenizer(),
  extensions: { renderers: {}, childTokens: {}, inline: [spoiler], startInline: [(source) => source.indexOf("||")] },
};
/** Quotes and lists within each other are drawn to here; what lies deeper is shown as written. */
const DEEPEST = 10;
const MENTION = /<@([0-9a-f-]{36})>|<#([0-9a-f-]{36})>|<!(channel|here)>|<&([0-9a-f-]{36})>/gi;
const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

/** Parse a message. Text that breaks the parser (it is bounded, but people are inventive) comes back as one paragraph. */
export function parseMarkdown(text: string): Block[] {
  try {
    return blocks(new Lexer(options).lex(text));
  } catch {
    return [{ kind: "paragraph", children: [{ kind: "text", text }] }];
  }
}

function blocks(tokens: readonly Token[], depth = 0): Block[] {
  return tokens.flatMap((token) => block(token, depth));
}

function block(token: Token, depth: number): Block[] {
  if (depth > DEEPEST) return [source(token)];
  switch (token.type) {
    case "paragraph":
    case "text":
      return [{ kind: "paragraph", children: inlines((token as Tokens.Paragraph).tokens ?? [token]) }];
    case "heading":
      return [{ kind: "heading", depth: (token as Tokens.Heading).depth, children: inlines(token.tokens) }];
    case "code":
      return [{ kind: "code", language: (token as Tokens.Code).lang ?? "", text: (token as Tokens.Code).text }];
    case "blockquote":
      return [{ kind: "quote", children: blocks(token.tokens ?? [], depth + 1) }];
    case "list":
      return [list(token as Tokens.List, depth + 1)];
    case "table":
      return [table(token as Tokens.Table)];
    case "hr":
      return [{ kind: "rule" }];
    case "space":
      return [];
    default:
      // A definition or anything the language gains later: its source, so that nothing written is hidden.
      return [source(token)];
  }
}

function source(token: Token): Block {
  return { kind: "paragraph", children: [{ kind: "text", text: token.raw.trimEnd() }] };
}

function list(token: Tokens.List, depth: number): Block {
  return {
    kind: "list",
    ordered: token.ordered,
    start: token.start === "" ? 1 : token.start,
    items: token.items.map((item) => ({
      checked: item.task ? (item.checked ?? false) : null,
      children: blocks(item.tokens.filter((child) => child.type !== "checkbox"), depth),
    })),
  };
}

function table(token: Tokens.Table): Block {
  const cell = (source: Tokens.TableCell): Cell => ({ align: source.align, children: inlines(source.tokens) });
  return { kind: "table", head: token.header.map(cell), rows: token.rows.map((row) => row.map(cell)) };
}

function inlines(tokens: readonly Token[] | undefined): Inline[] {
  return (tokens ?? []).flatMap(inline);
}

function inline(token: Token): Inline[] {
  switch (token.type) {
    case "text":
      return (token as Tokens.Text).tokens === undefined ? mentions((token as Tokens.Text).text) : inlines(token.tokens);
    case "escape":
      return [{ kind: "text", text: (token as Tokens.Escape).text }];
    case "strong":
      return [{ kind: "strong", children: inlines(token.tokens) }];
    case "em":
      return [{ kind: "emphasis", children: inlines(token.tokens) }];
    case "del":
      return [{ kind: "strike", children: inlines(token.tokens) }];
    case "spoiler":
      return [{ kind: "spoiler", children: inlines(token.tokens) }];
    case "codespan":
      return [{ kind: "code", text: (token as Tokens.Codespan).text }];
    case "br":
      return [{ kind: "break" }];
    case "link":
      return link(token as Tokens.Link);
    case "image":
      // A picture from elsewhere would tell its host who reads; it is offered as a link.
      return link({ href: (token as Tokens.Image).href, raw: token.raw, tokens: [{ type: "text", raw: "", text: (token as Tokens.Image).text || (token as Tokens.Image).href }] });
    default:
      return [{ kind: "text", text: token.raw }];
  }
}

function link({ href, raw, tokens }: Pick<Tokens.Link, "href" | "raw" | "tokens">): Inline[] {
  if (!SAFE_LINK.test(href)) return [{ kind: "text", text: raw }];
  return [{ kind: "link", href, children: inlines(tokens) }];
}

function mentions(text: string): Inline[] {
  const parts: Inline[] = [];
  let last = 0;
  for (const match of text.matchAll(MENTION)) {
    if (match.index > last) parts.push({ kind: "text", text: text.slice(last, match.index) });
    parts.push(mention(match));
    last = match.index + match[0].length;
  }
  if (last < text.length) parts.push({ kind: "text", text: text.slice(last) });
  return parts;
}

function mention([, person, conversation, everyone, group]: RegExpMatchArray): Inline {
  if (person !== undefined) return { kind: "person", id: person.toLowerCase() };
  if (conversation !== undefined) return { kind: "conversation", id: conversation.toLowerCase() };
  if (group !== undefined) return { kind: "group", id: group.toLowerCase() };
  return { kind: "everyone", name: everyone?.toLowerCase() === "here" ? "here" : "channel" };
}

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,24}$/u;
const HAS_PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/** Whether a message is nothing but a few emoji, which are then drawn large. */
export const isEmojiOnly = (text: string): boolean => EMOJI_ONLY.test(text) && HAS_PICTURE.test(text);
