import type { JSX } from "preact";
import type { FileView } from "../contract/types.ts";
import { fileSize } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

/** The files of a message: pictures shown, everything else offered for download. */
export function Files({ files }: { files: readonly FileView[] }): JSX.Element | null {
  if (files.length === 0) return null;
  return (
    <ul class="files" aria-label={t("Files")}>
      {files.map((file) => (
        <li key={file.id}>{PICTURES.has(file.content_type) ? <Picture file={file} /> : <Download file={file} />}</li>
      ))}
    </ul>
  );
}

function Picture({ file }: { file: FileView }): JSX.Element {
  return (
    <a class="picture" href={file.url} target="_blank" rel="noopener" title={file.name}>
      <img src={file.url} alt={file.name} loading="lazy" decoding="async" />
    </a>
  );
}

function Download({ file }: { file: FileView }): JSX.Element {
  return (
    <a class="download" href={file.url} target="_blank" rel="noopener">
      <Icon name="file" />
      <span><bdi>{file.name}</bdi><small>{fileSize(file.size_bytes)}</small></span>
    </a>
  );
}
