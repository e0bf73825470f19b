import type { Plugin } from "vite";

/**
 * The half of marked that reads, without the half that writes HTML, which the client may not use: a fifth of it.
 *
 * Its classes stand in one file, the reading ones first, and what follows runs when it is loaded, so that no bundler can leave it
 * out. The cut is made at the first class that writes; where a newer version is laid out otherwise the build stops and says so.
 */
export function readingMarked(): Plugin {
  return {
    name: "reading-marked",
    transform(code, id) {
      if (!id.endsWith("marked/lib/marked.esm.js")) return null;
      const nameOf = (exported: string): string => new RegExp(`([\\w$]+) as ${exported}\\b`).exec(code)?.[1] ?? "";
      const [lexer, tokenizer, renderer] = ["Lexer", "Tokenizer", "Renderer"].map(nameOf);
      const cut = code.indexOf(`;var ${renderer}=class`);
      const isFound = cut > 0 && [lexer, tokenizer].every((name) => name !== "" && code.slice(0, cut).includes(`${name}=class`));
      if (!isFound) throw new Error("marked is laid out in a new way: see vite.marked.ts");
      return { code: `${code.slice(0, cut)};export{${lexer} as Lexer,${tokenizer} as Tokenizer};`, map: null };
    },
  };
}
