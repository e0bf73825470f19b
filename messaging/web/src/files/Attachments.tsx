import type { JSX } from "preact";
import { fileSize } from "../app/text.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { t, tn } from "../i18n/t.ts";
import { cancel, previews, retry } from "./engine.ts";
import { at, MOST_FILES, uploads, type UploadItem } from "./uploads.ts";

/** What is attached to a draft: how far it is, and the ways to stop it or try again. */
export function Attachments({ place }: { place: string }): JSX.Element | null {
  const items = at(uploads.value, place);
  if (items.length === 0) return null;
  return (
    <>
      <ul class="attachments" aria-label={t("Attached files")}>
        {items.map((item) => <li key={item.key}><Attachment item={item} /></li>)}
      </ul>
      <p class="attachments-note" role="status">{whyNotYet(items)}</p>
    </>
  );
}

/** What has to be done before the message can go. */
function whyNotYet(items: readonly UploadItem[]): string {
  const surplus = items.length - MOST_FILES;
  if (surplus > 0) return tn("A message can have {most} files. Remove one of these.", "A message can have {most} files. Remove {count} of these.", surplus, { most: MOST_FILES });
  const failed = items.filter(({ state }) => state === "failed").length;
  return failed === 0 ? "" : tn("Remove the file that could not be uploaded, then send the rest.", "Remove the {count} files that could not be uploaded, then send the rest.", failed);
}

function Attachment({ item }: { item: UploadItem }): JSX.Element {
  const preview = previews.get(item.key);
  return (
    <div class={`attachment ${item.state}`}>
      {preview === undefined ? <Icon name="file" /> : <img src={preview} alt="" />}
      <div class="attachment-words">
        <bdi class="attachment-name" title={item.name}>{item.name}</bdi>
        <small role={item.state === "failed" ? "alert" : undefined}>{standing(item)}</small>
        {item.state !== "done" && item.state !== "failed" && (
          <progress max={Math.max(1, item.size)} value={item.sent} aria-label={t("Upload of {name}", { name: item.name })} />
        )}
      </div>
      {((item.state === "failed" && item.isFinal !== true) || item.state === "paused") && <button type="button" class="button small" onClick={() => retry(item.key)}>{t("Try again")}</button>}
      <IconButton icon="close" label={item.state === "done" || item.state === "failed" ? t("Remove {name}", { name: item.name }) : t("Cancel upload of {name}", { name: item.name })} onClick={() => cancel(item)} />
    </div>
  );
}

function standing(item: UploadItem): string {
  switch (item.state) {
    case "done":
      return fileSize(item.size);
    case "failed":
      return item.error ?? t("This file could not be uploaded.");
    case "paused":
      return t("No connection. It goes on by itself.");
    case "waiting":
      return t("Waiting");
    case "sending":
      return t("{sent} of {size}", { sent: fileSize(item.sent), size: fileSize(item.size) });
  }
}
