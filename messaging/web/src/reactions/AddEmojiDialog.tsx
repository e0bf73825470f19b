import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { Modal } from "../design/Modal.tsx";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { addCustom } from "./custom.ts";
import { base64Of } from "./pictures.ts";

const MOST_BYTES = 512 * 1024;

const nameFrom = (file: File): string => file.name.replace(/\.[^.]*$/, "").toLowerCase().replace(/[^a-z0-9_+-]+/g, "_").replace(/^[_+-]+/, "").slice(0, 50);

/** Add one of the organisation's own emoji. */
export function AddEmojiDialog({ close }: { close: () => void }): JSX.Element {
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);

  const choose = (chosen: File | null): void => {
    setError(chosen !== null && chosen.size > MOST_BYTES ? t("A picture may be at most 512 kB.") : "");
    setFile(chosen);
    if (chosen !== null && name === "") setName(nameFrom(chosen));
  };
  const submit = async (): Promise<void> => {
    if (file === null) return;
    setBusy(true);
    try {
      const item = await addCustom(name, await base64Of(file));
      toast(t("Added :{name}:", { name: item.name }));
      close();
    } catch (refusal) {
      setError(explain(refusal));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal title={t("Add an emoji")} onClose={close}>
      <form class="modal-form" onSubmit={(event) => (event.preventDefault(), void submit())}>
        <div class="field">
          <label for={`${id}-file`}>{t("Picture")}</label>
          <input id={`${id}-file`} type="file" accept="image/png,image/jpeg,image/gif,image/webp" required onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)} />
          <p class="quiet">{t("PNG, JPEG, GIF or WebP, resized to at most 128 by 128.")}</p>
        </div>
        <div class="field">
          <label for={`${id}-name`}>{t("Name")}</label>
          <input id={`${id}-name`} class="input" required maxLength={50} pattern="[a-z0-9][a-z0-9_+\-]*" autocomplete="off" value={name} aria-invalid={error !== ""} aria-describedby={error === "" ? undefined : `${id}-error`} onInput={(event) => setName(event.currentTarget.value.toLowerCase())} />
          <p class="quiet">{t("Written as :{name}:", { name: name || "name" })}</p>
          {error !== "" && <p id={`${id}-error`} class="error" role="alert">{error}</p>}
        </div>
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={file === null || file.size > MOST_BYTES || name === "" || isBusy}>{t("Add")}</button>
        </div>
      </form>
    </Modal>
  );
}
