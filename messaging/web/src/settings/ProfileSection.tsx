import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { complain, explain } from "../app/failure.ts";
import { Avatar } from "../design/Avatar.tsx";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { chooseFiles } from "../files/uploads.ts";
import { me, people } from "../people/store.ts";
import { changeMe, removePicture, showPicture } from "./actions.ts";

/** How others see the person. */
export function ProfileSection(): JSX.Element {
  const [name, setName] = useState(me.peek()?.name ?? "");
  const [title, setTitle] = useState(me.peek()?.title ?? "");
  const [error, setError] = useState("");
  const id = useId();
  const isChanged = name.trim() !== me.value?.name || title.trim() !== me.value.title;

  const save = async (): Promise<void> => {
    try {
      await changeMe({ name: name.trim(), title: title.trim() });
      setError("");
      toast(t("Saved."));
    } catch (refusal) {
      setError(explain(refusal));
    }
  };

  return (
    <form
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="profile-card">
        <Avatar userId={me.value?.id ?? null} size="l" />
        <p>
          <bdi class="name">{me.value?.name ?? ""}</bdi>
          <small>{me.value?.email ?? ""}</small>
        </p>
        <Picture />
      </div>
      <div class="field">
        <label for={`${id}-name`}>{t("Name")}</label>
        <input id={`${id}-name`} class="input" required maxLength={120} autocomplete="name" dir="auto" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </div>
      <div class="field">
        <label for={`${id}-title`}>{t("Title")}</label>
        <input id={`${id}-title`} class="input" maxLength={120} autocomplete="organization-title" dir="auto" aria-describedby={`${id}-title-hint`} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        <p class="hint" id={`${id}-title-hint`}>{t("What you do here, such as “Payroll” or “Night shift lead”. Others see it beside your name.")}</p>
      </div>
      <p><a href="/accounts/2fa/">{t("Sign-in and security")}</a></p>
      {error !== "" && <p class="error" role="alert">{error}</p>}
      <div class="modal-foot">
        <button type="submit" class="button primary" disabled={!isChanged}>{t("Save")}</button>
      </div>
    </form>
  );
}

/** The ways to another picture of oneself. */
function Picture(): JSX.Element {
  const [progress, setProgress] = useState<number | null>(null);
  const stop = useRef(new AbortController());
  const mine = me.value;
  useEffect(() => () => stop.current.abort(), []);

  const choose = async ([chosen]: File[]): Promise<void> => {
    if (chosen === undefined) return;
    setProgress(0);
    try {
      await showPicture(chosen, (sent) => setProgress(sent / Math.max(1, chosen.size)), stop.current.signal);
      toast(t("Everyone can see your new picture."));
    } catch (error) {
      if (!stop.current.signal.aborted) complain(error);
    } finally {
      setProgress(null);
    }
  };
  if (progress !== null) return <div class="profile-picture"><progress max={1} value={progress} aria-label={t("Upload of your picture")} /></div>;
  const hasOne = mine !== null && (people.value.get(mine.id) ?? mine).avatar_url !== null;
  return (
    <div class="profile-picture">
      <button type="button" class="button small" onClick={() => chooseFiles((files) => void choose(files), { one: true, accept: "image/png,image/jpeg,image/gif,image/webp,image/avif" })}>{hasOne ? t("Change picture") : t("Upload a picture")}</button>
      {hasOne && <button type="button" class="button small" onClick={() => void removePicture().catch(complain)}>{t("Remove picture")}</button>}
    </div>
  );
}
