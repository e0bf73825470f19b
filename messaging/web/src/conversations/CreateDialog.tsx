import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { ChannelPolicy } from "../contract/types.ts";
import { dialog } from "../app/panel.ts";
import { explain, passOver } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { channelPolicy, create } from "./running.ts";

const close = (): void => void (dialog.value = null);

/** Make a channel: a name, what it is for, and who can find it. */
export function CreateDialog(): JSX.Element {
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [sort, setSort] = useState<"public" | "private" | "news">("public");
  const [error, setError] = useState("");
  const [policy, setPolicy] = useState<ChannelPolicy | null>(null);
  const id = useId();
  useEffect(() => void channelPolicy().then((found) => {
    setPolicy(found);
    if (!found.may_create.public) setSort(found.may_create.private ? "private" : "news");
  }).catch(passOver), []);
  const may = policy?.may_create ?? { public: true, private: true, announcement: true };
  const mayAny = may.public || may.private || may.announcement;

  const submit = async (): Promise<void> => {
    try {
      await create({ kind: sort === "private" ? "private" : "public", name: name.trim(), topic: topic.trim(), ...(sort === "news" ? { posting: "owners" as const } : {}) });
      close();
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <Modal title={t("Create a channel")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div class="field">
          <label for={`${id}-name`}>{t("Name")}</label>
          <input id={`${id}-name`} class="input" required maxLength={80} autofocus autocomplete="off" placeholder={t("e.g. spring-launch")} value={name} aria-invalid={error !== ""} aria-describedby={error === "" ? undefined : `${id}-error`} onInput={(event) => setName(event.currentTarget.value)} />
          {error !== "" && <p id={`${id}-error`} class="error" role="alert">{error}</p>}
          {policy !== null && policy.prefixes.length > 0 && <p class="hint">{t("Names here begin with: {prefixes}", { prefixes: policy.prefixes.join(", ") })}</p>}
          {policy?.naming === "plain" && <p class="hint">{t("Names here are written in small letters, digits and hyphens.")}</p>}
        </div>
        <div class="field">
          <label for={`${id}-topic`}>{t("Topic")} <span class="quiet">{t("(optional)")}</span></label>
          <input id={`${id}-topic`} class="input" maxLength={250} value={topic} onInput={(event) => setTopic(event.currentTarget.value)} />
        </div>
        <fieldset class="choices">
          <legend>{t("Who can find it")}</legend>
          <label><input type="radio" name="kind" disabled={!may.public} checked={sort === "public"} onChange={() => setSort("public")} /> <span>{t("Everyone")}<small>{t("Anyone in the organisation can find and join it.")}</small></span></label>
          <label><input type="radio" name="kind" disabled={!may.private} checked={sort === "private"} onChange={() => setSort("private")} /> <span>{t("Only members")}<small>{t("People are added by members; nobody else can see it.")}</small></span></label>
          <label><input type="radio" name="kind" disabled={!may.announcement} checked={sort === "news"} onChange={() => setSort("news")} /> <span>{t("Everyone, for announcements")}<small>{t("Anyone can join; only owners post, everyone replies in threads.")}</small></span></label>
        </fieldset>
        {!mayAny && <p class="error" role="alert">{t("Only admins can create channels in this organisation. Ask one of them.")}</p>}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" class="button primary" disabled={name.trim() === "" || !mayAny}>{t("Create channel")}</button>
        </div>
      </form>
    </Modal>
  );
}
