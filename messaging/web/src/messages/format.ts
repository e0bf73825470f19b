/** A text with what is selected in it. */
export interface Selected {
  text: string;
  start: number;
  end: number;
}

/** What is put in place of `from` to `to`, and what is selected afterwards. */
export interface Edit {
  from: number;
  to: number;
  put: string;
  start: number;
  end: number;
}

export type Format = "bold" | "italic" | "strike" | "code" | "link" | "quote" | "bullets" | "numbers" | "codeBlock" | "spoiler";

const MARKS: Partial<Record<Format, string>> = { bold: "**", italic: "_", strike: "~~", code: "`", spoiler: "||" };
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])( +(?:\[[ xX]\] +)?)/;
const QUOTE = /^(\s*>\s?)/;

/** What a format does to what is selected. Done twice it is undone. */
export function formatted(format: Format, selected: Selected): Edit {
  const mark = MARKS[format];
  if (mark !== undefined) return marked(selected, mark);
  if (format === "link") return linked(selected, "https://");
  if (format === "codeBlock") return fenced(selected);
  return prefixed(selected, format);
}

function marked({ text, start, end }: Selected, mark: string): Edit {
  const inside = text.slice(start, end);
  const long = mark.length;
  if (text.slice(start - long, start) === mark && text.slice(end, end + long) === mark) {
    return { from: start - long, to: end + long, put: inside, start: start - long, end: end - long };
  }
  if (inside.length >= 2 * long && inside.startsWith(mark) && inside.endsWith(mark)) {
    return { from: start, to: end, put: inside.slice(long, -long), start, end: end - 2 * long };
  }
  // A mark with a space behind it is none: spaces at the edges stay outside.
  const before = /^\s*/.exec(inside)?.[0].length ?? 0;
  const after = before === inside.length ? 0 : (/\s*$/.exec(inside)?.[0].length ?? 0);
  const core = inside.slice(before, inside.length - after);
  const put = inside.slice(0, before) + mark + core + mark + inside.slice(inside.length - after);
  return { from: start, to: end, put, start: start + before + long, end: start + before + long + core.length };
}

/** Make what is selected a link; without an address it is the address that is selected, to be written over. */
export function linked({ text, start, end }: Selected, address: string): Edit {
  const words = text.slice(start, end);
  const put = `[${words}](${address})`;
  const at = words === "" ? start + 1 : start + words.length + 3;
  return { from: start, to: end, put, start: at, end: words === "" ? at : at + address.length };
}

function fenced({ text, start, end }: Selected): Edit {
  const before = start > 0 && text[start - 1] !== "\n" ? "\n" : "";
  const after = end < text.length && text[end] !== "\n" ? "\n" : "";
  const inside = text.slice(start, end);
  const put = `${before}\`\`\`\n${inside}\n\`\`\`${after}`;
  const at = start + before.length + 4;
  return { from: start, to: end, put, start: at, end: at + inside.length };
}

function prefixed({ text, start, end }: Selected, format: Format): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next === -1 ? text.length : next;
  const lines = text.slice(from, to).split("\n");
  const has = (line: string): boolean => (format === "quote" ? /^> ?/.test(line) : format === "bullets" ? /^[-*+] /.test(line) : /^\d+[.)] /.test(line));
  const bare = (line: string): string => (format === "quote" ? line.replace(/^> ?/, "") : line.replace(/^([-*+]|\d+[.)]) /, ""));
  const isUndone = lines.every(has);
  const put = lines.map((line, index) => (isUndone ? bare(line) : `${format === "quote" ? "> " : format === "bullets" ? "- " : `${index + 1}. `}${bare(line)}`)).join("\n");
  const isOneCaret = start === end;
  return { from, to, put, start: isOneCaret ? from + put.length : from, end: from + put.length };
}

/**
 * What a new line does inside a list or a quote: the next item begins, and an item that was left empty ends the list.
 * Null where the caret is in neither.
 */
export function continued({ text, start, end }: Selected): Edit | null {
  if (start !== end) return null;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(from, start);
  const item = ITEM.exec(line);
  const quote = QUOTE.exec(line);
  const head = item?.[0] ?? quote?.[0];
  if (head === undefined) return null;
  if (line.length === head.length) return { from, to: start, put: "", start: from, end: from };
  const next = item === null ? head : `${item[1]}${following(item[2] ?? "-")}${(item[3] ?? " ").replace(/\[[xX]\]/, "[ ]")}`;
  const at = start + 1 + next.length;
  return { from: start, to: start, put: `\n${next}`, start: at, end: at };
}

function following(marker: string): string {
  const number = /^(\d+)([.)])$/.exec(marker);
  return number === null ? marker : `${Number(number[1]) + 1}${number[2]}`;
}

/** Whether the caret stands in a code block that has not been closed: a new line there is a new line. */
export function isInFence({ text, start }: Selected): boolean {
  return (text.slice(0, start).match(/^\s*```/gm)?.length ?? 0) % 2 === 1;
}

/** Whether something pasted is one address and nothing else. */
export const isAddress = (text: string): boolean => /^https?:\/\/\S+$/.test(text.trim());
