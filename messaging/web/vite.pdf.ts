import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const SOURCE = fileURLToPath(new URL("node_modules/pdfjs-dist", import.meta.url));

/**
 * What pdf.js fetches when a document asks for it: tables of characters, fonts that documents may leave out, and decoders in plain
 * JavaScript, since our pages run no WebAssembly. They keep their names, in a folder that is named after the version.
 */
export function partsOfPdf(): Plugin {
  const { version } = JSON.parse(readFileSync(join(SOURCE, "package.json"), "utf8")) as { version: string };
  return {
    name: "parts-of-pdf",
    generateBundle() {
      for (const [folder, wanted] of [["cmaps", /\.bcmap$/], ["standard_fonts", /\.(pfb|ttf)$/], ["wasm", /_nowasm_fallback\.js$/]] as const) {
        for (const name of readdirSync(join(SOURCE, folder)).filter((name) => wanted.test(name))) {
          this.emitFile({ type: "asset", fileName: `pdf-${version}/${folder}/${name}`, source: readFileSync(join(SOURCE, folder, name)) });
        }
      }
    },
  };
}
