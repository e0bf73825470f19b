import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

/**
 * Reads the client's sources as a syntax tree: which strings are to be translated, and which visible ones escape that.
 *
 *     node i18n/strings.ts       prints {"strings": […], "escaped": […]} as JSON, for `make messages` and the tests
 */
export interface Found {
  file: string;
  line: number;
  id: string;
  plural: string | null;
}

/** Something a person would see in English whatever their language. */
export interface Escaped {
  file: string;
  line: number;
  text: string;
  why: string;
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
const CALLS = new Set(["t", "tn", "te", "tne"]);
const VISIBLE = new Set([
  "aria-description", "aria-label", "aria-placeholder", "aria-roledescription", "aria-valuetext",
  "alt", "detail", "hint", "label", "placeholder", "title", "words",
]);
/** Functions whose first argument a person reads or hears. */
const TELLS = new Set(["toast", "announce"]);
const HAS_WORDS = /\p{L}{2}/u;
/** Written the same in each language. */
const NAMES = new Set(["Chancery"]);

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

const isFunction = (node: Node): boolean => /^(Arrow)?Function(Expression|Declaration)?/.test(node.type);

/** The text of a literal, of a template without values, or of literals added up; null for anything else. */
function literal(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type === "TemplateLiteral") {
    const quasis = node.quasis as { value: { cooked: string } }[];
    return quasis.length === 1 ? (quasis[0]?.value.cooked ?? null) : null;
  }
  if (node.type !== "BinaryExpression" || node.operator !== "+") return null;
  const [left, right] = [literal(node.left), literal(node.right)];
  return left === null || right === null ? null : left + right;
}

/** The strings that an expression may come out as: both arms of a condition, what stands after `&&`. */
function* outcomes(node: unknown): Generator<Node> {
  if (!isNode(node)) return;
  if (node.type === "ConditionalExpression") {
    yield* outcomes(node.consequent);
    yield* outcomes(node.alternate);
  } else if (node.type === "LogicalExpression") {
    if (node.operator !== "&&") yield* outcomes(node.left);
    yield* outcomes(node.right);
  } else {
    yield node;
  }
}

function wordsOf(node: Node): string | null {
  if (node.type === "TemplateLiteral") return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("…");
  return literal(node);
}

class Reader {
  readonly strings: Found[] = [];
  readonly escaped: Escaped[] = [];
  private readonly file: string;
  private readonly text: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  read(): void {
    const { program, errors } = parseSync(this.file, this.text);
    if (errors.length > 0) throw new Error(`${this.file}: ${errors[0]?.message}`);
    this.walk(program as unknown as Node, false);
  }

  private walk(node: Node, isInFunction: boolean): void {
    if (node.type.startsWith("TS") && !/^TS(AsExpression|NonNullExpression|SatisfiesExpression)$/.test(node.type)) return;
    if (node.type === "CallExpression") this.call(node, isInFunction);
    if (node.type === "JSXText") this.refuse(node, String(node.value), "stands as text");
    if (node.type === "JSXExpressionContainer") this.visible(node.expression, "stands as text");
    if (node.type === "JSXAttribute") {
      this.attribute(node);
      if (isNode(node.value)) this.children(node.value, isInFunction);
      return;
    }
    if (node.type === "Property") this.property(node);
    this.children(node, isInFunction || isFunction(node));
  }

  /** Tables of menu entries and of sections name theirs in properties; their strings are functions, read while drawing. */
  private property(node: Node): void {
    const name = (node.key as { name?: string }).name ?? "";
    if (VISIBLE.has(name)) this.visible(node.value, `is the ${name}`);
  }

  private children(node: Node, isInFunction: boolean): void {
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) this.walk(child, isInFunction);
    }
  }

  private attribute(node: Node): void {
    const name = String((node.name as { name?: unknown }).name);
    if (!VISIBLE.has(name) || !isNode(node.value)) return;
    this.visible(node.value.type === "JSXExpressionContainer" ? node.value.expression : node.value, `is the ${name}`);
  }

  private visible(node: unknown, why: string): void {
    for (const outcome of outcomes(node)) {
      const words = wordsOf(outcome);
      if (words !== null) this.refuse(outcome, words, why);
    }
  }

  private refuse(node: Node, text: string, why: string): void {
    const words = text.trim();
    if (HAS_WORDS.test(words) && !NAMES.has(words)) this.escaped.push({ file: this.file, line: this.lineOf(node), text: words, why });
  }

  private call(node: Node, isInFunction: boolean): void {
    const callee = node.callee as Node;
    const args = node.arguments as unknown[];
    if (TELLS.has(String(callee.name))) this.visible(args[0], "is told to a person");
    if (callee.type !== "Identifier" || !CALLS.has(String(callee.name))) return;
    const id = literal(args[0]);
    const counts = callee.name === "tn" || callee.name === "tne";
    const plural = counts ? literal(args[1]) : null;
    const line = this.lineOf(node);
    const complain = (why: string): void => void this.escaped.push({ file: this.file, line, text: this.text.slice(node.start, node.start + 60), why });
    if (id === null || (counts && plural === null)) complain("is no literal, so that it cannot be collected");
    else if (!isInFunction) complain("is translated while the module loads, before the catalogue is there");
    else if (/%\(\w+\)[sd]/.test(id)) complain("names its values as %(name)s; write {name}");
    else this.strings.push({ file: this.file, line, id, plural });
  }

  private lineOf(node: Node): number {
    return this.text.slice(0, node.start).split("\n").length;
  }
}

/** Read one source text. */
export function readSource(file: string, text: string): { strings: Found[]; escaped: Escaped[] } {
  const reader = new Reader(file, text);
  reader.read();
  return reader;
}

/** Read all of the client's sources but their tests. */
export function readSources(): { strings: Found[]; escaped: Escaped[] } {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.tsx?$/.test(file) && !/\bexample\.ts$/.test(file))
    .sort();
  const all = files.map((file) => readSource(relative(".", join("src", file)), readFileSync(join(SOURCES, file), "utf8")));
  return { strings: all.flatMap(({ strings }) => strings), escaped: all.flatMap(({ escaped }) => escaped) };
}

if (import.meta.main) {
  const { strings, escaped } = readSources();
  process.stdout.write(JSON.stringify({ strings, escaped }));
}
