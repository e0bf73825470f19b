import { h, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { FileRights, FileVersionList, FileVersionView, FileView } from "../contract/generated.ts";
import { complain } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { fileSize, moment } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { Modal } from "../design/Modal.tsx";
import { toast } from "../design/toast.ts";
import { nameOf } from "../people/store.ts";
import { ask } from "../transport/http.ts";
import { sendAlone } from "./engine.ts";
import { chooseFiles } from "./uploads.ts";

/** A file's versions, and what can be done with it. */
export function FileDialog({ file, close }: { file: FileView; close: () => void }): JSX.Element {
  const [versions, setVersions] = useState<readonly FileVersionView[] | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const stop = useRef(new AbortController());
  const [can, setCan] = useState<FileRights>({ change: false, share: false });

  const load = async (): Promise<void> => {
    const found = await ask<FileVersionList>("GET", `/files/${file.id}/versions`);
    setVersions(found.items);
    setCan(found.can);
  };
  useEffect(() => {
    load().catch(complain);
    return () => stop.current.abort();
  }, []);

  const replace = async ([chosen]: File[]): Promise<void> => {
    if (chosen === undefined) return;
    setProgress(0);
    try {
      const newer = await sendAlone(chosen, (sent) => setProgress(sent / chosen.size), stop.current.signal);
      await ask("POST", `/files/${file.id}/versions`, { file_id: newer.id });
      await load();
    } catch (error) {
      if (!stop.current.signal.aborted) complain(error);
    } finally {
      setProgress(null);
    }
  };
  const restore = (number: number): void => void ask("POST", `/files/${file.id}/versions/${number}/restore`).then(load).catch(complain);
  const remove = (): void => {
    ask("DELETE", `/files/${file.id}`)
      .then(() => (toast(t("The file was deleted.")), close()))
      .catch(complain);
  };

  return (
    <Modal title={t("About this file")} onClose={close}>
      <p class="file-title"><Icon name="file" /> <bdi>{file.name}</bdi></p>
      <ul class="versions" aria-label={t("Versions")} aria-busy={versions === null}>
        {(versions ?? []).map((version, index) => (
          <li key={version.number}>
            <div>
              <strong>{t("Version {number}", { number: version.number })}</strong> <bdi>{version.name}</bdi>
              <small>{t("{name}, {when}, {size}", { name: nameOf(version.created_by_id), when: moment(version.created_at), size: fileSize(version.size_bytes) })}</small>
            </div>
            <a class="button small" href={version.url} download={version.name} aria-label={t("Download version {number}", { number: version.number })}>{t("Download")}</a>
            {index > 0 && can.change && <button type="button" class="button small" aria-label={t("Restore version {number}", { number: version.number })} onClick={() => restore(version.number)}>{t("Restore")}</button>}
          </li>
        ))}
      </ul>
      {(can.change || can.share) && (
        <p class="file-acts">
          {can.change && (progress === null ? (
            <button type="button" class="button" onClick={() => chooseFiles((files) => void replace(files), { one: true })}>{t("Upload a new version")}</button>
          ) : (
            <progress max={1} value={progress} aria-label={t("Upload of the new version")} />
          ))}
          {can.share && <button type="button" class="button" data-action="share" onClick={() => share(file)}>{t("Share…")}</button>}
          {can.change && <button type="button" class="button danger" onClick={remove}>{t("Delete file")}</button>}
        </p>
      )}
    </Modal>
  );
}

function share(file: FileView): void {
  void openOverlay(async () => {
    const { ShareDialog } = await import("./ShareDialog.tsx");
    return (close) => h(ShareDialog, { file, close });
  });
}
