/**
 * What was copied from a page or a document, as Markdown.
 *
 * Read by hand: the page's policy forbids turning strings into HTML, and all that is wanted of it is structure. Null where there
 * is no structure worth keeping, as when code was copied from an editor that colours it by nested spans.
 */
export function markdownOf(html: string): string | null {
  const body = html.replace(/<!--[\s\S]*?-->/g, "").replace(/<(style|script|head|title)\b[\s\S]*?<\/\1>/gi, "");
  if (!MEANS.test(body)) return null;
  const writer = new Writer();
  for (const [, close, name = "", attributes = "", text] of body.matchAll(TOKEN)) {
    if (text !== undefined) writer.text(entities(text));
    else if (close === "/") writer.close(name.toLowerCase());
    else writer.open(name.toLowerCase(), attributes);
  }
  return writer.end();
}

const MEANS = /<(a\s[^>]*href|b|strong|i|em|s|del|code|pre|ul|ol|table|blockquote|h[1-6])\b/i;
const TOKEN = /<(\/?)([a-z][a-z0-9]*)\b([^>]*)>|([^<]+|<)/gi;
const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", hellip: "…", ndash: "–", mdash: "—", euro: "€", copy: "©", laquo: "«", raquo: "»", ldquo: "“", rdquo: "”", lsquo: "‘", rsquo: "’" };
const MARKS: Record<string, string> = { b: "**", strong: "**", i: "_", em: "_", s: "~~", del: "~~", strike: "~~", code: "`" };
const BLOCKS = new Set(["p", "div", "section", "article", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "pre"]);

function entities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : "";
  });
}

class Writer {
  private out = "";
  private readonly lists: { ordered: boolean; count: number }[] = [];
  private readonly links: { href: string; at: number }[] = [];
  private quoted = 0;
  private isPre = false;
  private cells = 0;

  text(text: string): void {
    if (this.isPre) this.out += text;
    else if (text.trim() !== "" || !/(^|\s)$/.test(this.out)) this.out += /\s$/.test(this.out) ? text.replace(/\s+/g, " ").trimStart() : text.replace(/\s+/g, " ");
  }

  open(name: string, attributes: string): void {
    if (BLOCKS.has(name)) this.line();
    if (name === "br") this.out += "\n";
    else if (name === "hr") this.block("---");
    else if (name === "blockquote") this.quoted += 1;
    else if (name === "ul" || name === "ol") this.lists.push({ ordered: name === "ol", count: 0 });
    else if (name === "li") this.item();
    else if (/^h[1-6]$/.test(name)) this.out += `${"#".repeat(Number(name[1]))} `;
    else if (name === "pre") this.fence();
    else if (name === "tr") this.cells = 0;
    else if (name === "td" || name === "th") this.out += this.cells++ === 0 ? "| " : " | ";
    else if (name === "a") this.links.push({ href: entities(/href\s*=\s*["']?([^"'\s>]+)/i.exec(attributes)?.[1] ?? ""), at: this.out.length });
    else if (MARKS[name] !== undefined && !this.isPre) this.mark(MARKS[name], attributes);
  }

  close(name: string): void {
    if (name === "pre") this.endFence();
    else if (name === "blockquote") this.quoted -= 1;
    else if (name === "ul" || name === "ol") this.lists.pop();
    else if (name === "a") this.endLink();
    else if (name === "tr") this.endRow();
    else if (MARKS[name] !== undefined && !this.isPre) this.endMark(MARKS[name]);
    if (BLOCKS.has(name)) this.line();
    if (name === "p" || /^h[1-6]$/.test(name)) this.out += "\n";
  }

  end(): string {
    return this.out.replace(/[ \t]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
  }

  private line(): void {
    if (this.out !== "" && !this.out.endsWith("\n")) this.out += "\n";
    if (this.quoted > 0 && this.out.endsWith("\n")) this.out += "> ";
  }

  private block(text: string): void {
    this.line();
    this.out += `${text}\n`;
  }

  private item(): void {
    const list = this.lists.at(-1);
    if (list === undefined) return;
    list.count += 1;
    this.out += `${"  ".repeat(this.lists.length - 1)}${list.ordered ? `${list.count}. ` : "- "}`;
  }

  private fence(): void {
    this.isPre = true;
    this.out += "```\n";
  }

  private endFence(): void {
    this.isPre = false;
    this.line();
    this.out += "```\n";
  }

  private endLink(): void {
    const link = this.links.pop();
    if (link === undefined || !/^(https?:|mailto:)/i.test(link.href)) return;
    const words = this.out.slice(link.at).trim();
    if (words === "" || words === link.href) this.out = `${this.out.slice(0, link.at)}${words === "" ? "" : link.href}`;
    else this.out = `${this.out.slice(0, link.at)}[${words.replace(/[[\]]/g, "")}](${link.href.replace(/\)/g, "%29")})`;
  }

  private endRow(): void {
    if (this.cells === 0) return;
    this.out += " |\n";
    const rows = this.out.trimEnd().split("\n");
    // The first row of a table is its head.
    if (!(rows.at(-2)?.startsWith("|") ?? false)) this.out += `|${" --- |".repeat(this.cells)}\n`;
  }

  private readonly marks: string[] = [];

  private mark(mark: string, attributes: string): void {
    // Documents wrap whole texts into <b style="font-weight:normal">.
    const isNone = /font-weight:\s*(normal|400)/i.test(attributes);
    this.marks.push(isNone ? "" : mark);
    if (!isNone) this.out += mark;
  }

  private endMark(_mark: string): void {
    const mark = this.marks.pop() ?? "";
    if (mark === "") return;
    const spaces = /\s*$/.exec(this.out)?.[0] ?? "";
    const before = this.out.slice(0, this.out.length - spaces.length);
    // Nothing inside: no marks at all.
    this.out = before.endsWith(mark) ? before.slice(0, -mark.length) + spaces : before + mark + spaces;
  }
}
