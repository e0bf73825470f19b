import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { NewObjectGrant, ObjectGrantView } from "../contract/generated.ts";
import type { FileView, Id } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon } from "../design/Icon.tsx";
import { Modal } from "../design/Modal.tsx";
import { toast } from "../design/toast.ts";
import { PersonPicker } from "../people/PersonPicker.tsx";
import { me } from "../people/store.ts";
import { ask, Refused } from "../transport/http.ts";

interface Grants {
  items: ObjectGrantView[];
}

const holderOf = (grant: ObjectGrantView): Id => grant.user_id ?? grant.group_id ?? "";

/** Who may open one file without seeing its conversation, and letting others do so. */
export function ShareDialog({ file, close }: { file: FileView; close: () => void }): JSX.Element {
  const [grants, setGrants] = useState<readonly ObjectGrantView[] | null>(null);
  const [error, setError] = useState("");
  const path = `/files/${file.id}/grants`;

  const attempt = async (act: () => Promise<void>): Promise<void> => {
    setError("");
    try {
      await act();
    } catch (refusal) {
      setError(explain(refusal));
      if (!(refusal instanceof Refused)) throw refusal;
    }
  };
  useEffect(() => {
    void attempt(async () => setGrants((await ask<Grants>("GET", path)).items));
  }, [file.id]);

  const give = (holder: NewObjectGrant, name: string): Promise<void> =>
    attempt(async () => {
      setGrants((await ask<Grants>("POST", path, holder)).items);
      toast(t("{name} can open the file now.", { name }));
    });
  const take = (grant: ObjectGrantView): Promise<void> =>
    attempt(async () => {
      const whose = grant.user_id === null ? `groups/${grant.group_id ?? ""}` : `people/${grant.user_id}`;
      await ask("DELETE", `${path}/${whose}`);
      setGrants((before) => (before ?? []).filter((one) => holderOf(one) !== holderOf(grant)));
      // What was taken by mistake is given back from here.
      const again = { label: t("Undo"), run: () => void give({ user_id: grant.user_id, group_id: grant.group_id }, grant.name) };
      toast(t("{name} can no longer open the file this way.", { name: grant.name }), "plain", again);
    });

  return (
    <Modal title={t("Share a file")} onClose={close}>
      <p class="file-title"><Icon name="file" /> <bdi>{file.name}</bdi></p>
      <p class="quiet">{t("Whoever you choose can open this file and its versions. They do not see the conversation it was sent in.")}</p>
      <PersonPicker
        autofocus
        closes
        label={t("Share with people or groups")}
        excluded={new Set([me.value?.id ?? "", ...(grants ?? []).map(holderOf)])}
        onPick={(user) => void give({ user_id: user.id }, user.name)}
        onPickGroup={(group) => void give({ group_id: group.id }, group.name)}
      />
      {error !== "" && <p class="error" role="alert">{error}</p>}
      <h3 id="file-holders">{t("Who was given it")}</h3>
      {grants?.length === 0 && <p class="quiet">{t("Nobody yet, apart from those who see the conversation.")}</p>}
      <ul class="versions" aria-labelledby="file-holders" aria-busy={grants === null}>
        {(grants ?? []).map((grant) => (
          <li key={holderOf(grant)}>
            {grant.user_id === null ? <Icon name="people" /> : <Avatar userId={grant.user_id} size="s" />}
            <div><bdi>{grant.name}</bdi>{grant.user_id === null && <small>{t("group")}</small>}</div>
            <button type="button" class="button small" aria-label={t("Stop sharing with {name}", { name: grant.name })} onClick={() => void take(grant)}>{t("Stop sharing")}</button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
