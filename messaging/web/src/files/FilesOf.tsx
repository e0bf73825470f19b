import type { JSX } from "preact";
import type { FileView } from "../contract/types.ts";
import { lazily } from "../design/lazily.tsx";

const Files = lazily(() => import("./Files.tsx").then((module) => module.Files));

/** The files of a message, where it has any; their code comes with the first of them. */
export function FilesOf({ files }: { files: readonly FileView[] }): JSX.Element | null {
  return files.length === 0 ? null : <Files files={files} />;
}
