import { common, createLowlight } from "lowlight";

/** A run of code with what it is: a keyword, a string; plain where it is neither. */
export interface Piece {
  text: string;
  kind: string | null;
}

interface Node {
  type: string;
  value?: string;
  properties?: { className?: string[] };
  children?: Node[];
}

const lowlight = createLowlight(common);
/** Longer code is shown plain: nobody reads it here, and colouring it would hold up the page. */
const MOST_CHARACTERS = 20_000;

/** Code cut into pieces by what they are; null where the language is not known. */
export function highlight(language: string, text: string): Piece[] | null {
  const name = language.trim().toLowerCase().split(/[\s,{]/)[0] ?? "";
  if (name === "" || text.length > MOST_CHARACTERS || !lowlight.registered(name)) return null;
  return pieces(lowlight.highlight(name, text).children as Node[], null);
}

function pieces(nodes: readonly Node[], kind: string | null): Piece[] {
  return nodes.flatMap((node) => {
    if (node.type === "text") return [{ text: node.value ?? "", kind }];
    const own = node.properties?.className?.[0]?.replace("hljs-", "") ?? kind;
    return pieces(node.children ?? [], own);
  });
}
