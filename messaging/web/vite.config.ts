import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { emojiNames } from "./vite.emojis.ts";
import { readingMarked } from "./vite.marked.ts";
import { partsOfPdf } from "./vite.pdf.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

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
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../static/messaging/web"),
    emptyOutDir: true,
    manifest: true,
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Modules that the first load shares with later parts stay in one file: apart, each costs a file's overhead at once.
      output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 4, test: /src[\\/]|node_modules/ }] } },
      input: { client: here("src/main.tsx"), pages: here("src/pages.ts"), worker: here("src/offline/worker.ts") },
    },
  },
});
