import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { EmojiView } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { Modal } from "../design/Modal.tsx";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { me, nameOf } from "../people/store.ts";
import { addCustom, custom, loadCustom, removeCustom } from "./custom.ts";
import { base64Of } from "./pictures.ts";

/** Those that this person may take away: their own, or all of them. */
function mayRemove(item: EmojiView): boolean {
  return item.created_by_id === me.value?.id || me.value?.permissions.includes("emoji.manage") === true;
}

/** The picture is kept for a moment, so that taking it away can be taken back. */
async function remove(item: EmojiView): Promise<void> {
  const picture = await fetch(item.url).then((answer) => answer.blob()).then(base64Of);
  await removeCustom(item);
  toast(t("Removed :{name}:. Where it was used its name remains.", { name: item.name }), "plain", { label: t("Undo"), run: () => void addCustom(item.name, picture).catch(complain) });
}

/** The organisation's own emoji that this person looks after. */
export function OwnEmojiDialog({ close }: { close: () => void }): JSX.Element {
  const [busy, setBusy] = useState("");
  useEffect(loadCustom, []);
  const items = [...custom.value.values()].filter(mayRemove).sort((a, b) => a.name.localeCompare(b.name));
  const drop = (item: EmojiView): void => {
    setBusy(item.id);
    void remove(item).catch(complain).finally(() => setBusy(""));
  };
  return (
    <Modal title={t("Emoji you look after")} onClose={close}>
      {items.length === 0 && <p class="quiet">{t("None yet. Emoji you add are listed here, where you can remove them.")}</p>}
      <ul class="own-emoji">
        {items.map((item) => (
          <li key={item.id}>
            <img class="custom-emoji" src={item.url} alt="" />
            <span><code>:{item.name}:</code>{item.created_by_id !== null && <small>{t("added by {name}", { name: nameOf(item.created_by_id) })}</small>}</span>
            <button type="button" class="button small" disabled={busy === item.id} aria-label={t("Remove :{name}:", { name: item.name })} onClick={() => drop(item)}>{t("Remove")}</button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
