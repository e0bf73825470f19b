import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { User } from "../contract/types.ts";
import { dialog } from "../app/panel.ts";
import { explain } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { Chosen } from "../people/Chosen.tsx";
import { PersonPicker } from "../people/PersonPicker.tsx";
import { me } from "../people/store.ts";
import { create } from "./running.ts";

const close = (): void => void (dialog.value = null);

/** Write to one person or to several. The same people lead to the conversation they already have. */
export function DirectDialog(): JSX.Element {
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const [error, setError] = useState("");
  const mine = me.value?.id;
  const excluded = new Set([...chosen.map((user) => user.id), ...(mine === undefined ? [] : [mine])]);

  const submit = async (): Promise<void> => {
    try {
      await create({ kind: "direct", member_ids: chosen.map((user) => user.id) });
      close();
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <Modal title={t("New direct message")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.length > 0) void submit();
        }}
      >
        <PersonPicker autofocus isEnough={chosen.length > 0} label={t("To")} excluded={excluded} onPick={(user) => setChosen([...chosen, user])} />
        <Chosen users={chosen} onChange={setChosen} />
        {error !== "" && <p class="error" role="alert">{error}</p>}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={chosen.length === 0}>{t("Start writing")}</button>
        </div>
      </form>
    </Modal>
  );
}
