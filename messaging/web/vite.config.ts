import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { emojiNames } from "./vite.emojis.ts";
import { readingMarked } from "./vite.marked.ts";
import { partsOfPdf } from "./vite.pdf.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

type Graph = { getModuleInfo: (id: string) => { importedIds: string[] } | null };

/** The one file of an entry: all that it needs before it runs, and nothing else. Its later parts take from there what they share with it. */
function whole(entry: string): (id: string, graph: Graph) => string | null {
  let first: Set<string> | null = null;
  return (id, graph) => {
    first ??= reachedFrom(entry, graph);
    return first.has(id) ? "client" : null;
  };
}

function reachedFrom(entry: string, graph: Graph): Set<string> {
  const seen = new Set<string>();
  const open = [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return seen;
}

/** A later part is asked for anyway, and what the entry has brought is there: naming them once more would cost the first load a kilobyte. */
function fetchedBeside(part: string, needed: string[]): string[] {
  return needed.filter((file) => file !== part && !/\/client-/.test(file));
}

/**
 * Two entries share the design tokens: the client, and the stylesheet of the pages that Django renders.
 *
 * Nothing is inlined and no polyfill is injected: the pages forbid inline script, data: scripts and HTML sinks.
 * The relative base lets Django serve the output from whatever STATIC_URL is.
 */
export default defineConfig({
  base: "./",
  plugins: [emojiNames(), readingMarked(), partsOfPdf()],
  resolve: {
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
  },
  // Under the name by which the page's policy knows the one worker that it lets through beside the service worker.
  worker: { format: "es", rolldownOptions: { output: { entryFileNames: "assets/pdf.worker.[hash].mjs" } } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../static/messaging/web"),
    emptyOutDir: true,
    manifest: true,
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false, resolveDependencies: fetchedBeside },
    rolldownOptions: {
      // In two files, each would carry the list of what it takes from the other: two kilobytes. What only later parts share is no
      // part of the first load, and stays in files of its own.
      output: { codeSplitting: { groups: [{ name: whole(here("src/main.tsx")), test: /src[\\/]|node_modules/ }] } },
      input: { client: here("src/main.tsx"), pages: here("src/pages.ts"), worker: here("src/offline/worker.ts") },
    },
  },
});
