import type { JSX } from "preact";
import type { FileView } from "../contract/types.ts";
import { Icon } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";

/** In the place of a file that cannot be shown: why, and the way to have it all the same. */
export function Closed({ file, words }: { file: FileView; words: string }): JSX.Element {
  return (
    <div class="viewer-closed" role="alert">
      <Icon name="file" size={48} />
      <p>{words}</p>
      <a class="button" href={file.url} download={file.name}>{t("Download")}</a>
    </div>
  );
}
