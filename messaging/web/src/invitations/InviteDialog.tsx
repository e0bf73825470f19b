import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { Modal } from "../design/Modal.tsx";
import { t } from "../i18n/t.ts";
import { copyAddress } from "../messages/links.ts";
import { invite } from "./actions.ts";

const close = (): void => void (dialog.value = null);

/** Invite people: by mail to one address, or by a link that several may use. */
export function InviteDialog(): JSX.Element {
  const [way, setWay] = useState<"mail" | "link">("mail");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<"member" | "guest">("member");
  const [uses, setUses] = useState(10);
  const [link, setLink] = useState("");
  const [told, setTold] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const id = useId();

  const submit = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      const made = await invite({ email: way === "mail" ? email.trim() : "", role, most_uses: way === "mail" ? 1 : uses });
      setLink(made.link);
      setTold(way === "mail" ? t("The invitation is on its way to {email}.", { email: made.email }) : t("The link is shown this once: copy it now."));
      setEmail("");
    } catch (refusal) {
      setError(explain(refusal));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal title={t("Invite people")} onClose={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <fieldset class="choices">
          <legend>{t("How")}</legend>
          <label><input type="radio" name="way" checked={way === "mail"} onChange={() => setWay("mail")} /> <span>{t("By e-mail")}<small>{t("One person, who proves the address by it.")}</small></span></label>
          <label><input type="radio" name="way" checked={way === "link"} onChange={() => setWay("link")} /> <span>{t("By a link")}<small>{t("You send it to several people yourself.")}</small></span></label>
        </fieldset>
        {way === "mail" ? (
          <div class="field">
            <label for={`${id}-email`}>{t("E-mail address")}</label>
            <input id={`${id}-email`} class="input" type="email" required maxLength={254} autofocus autocomplete="off" value={email} aria-invalid={error !== ""} onInput={(event) => setEmail(event.currentTarget.value)} />
          </div>
        ) : (
          <div class="field">
            <label for={`${id}-uses`}>{t("How many people may use it")}</label>
            <input id={`${id}-uses`} class="input" type="number" required min={1} max={1000} value={uses} onInput={(event) => setUses(Number(event.currentTarget.value))} />
          </div>
        )}
        <fieldset class="choices">
          <legend>{t("They come as")}</legend>
          <label><input type="radio" name="role" checked={role === "member"} onChange={() => setRole("member")} /> <span>{t("Member")}<small>{t("Finds and joins public channels.")}</small></span></label>
          <label><input type="radio" name="role" checked={role === "guest"} onChange={() => setRole("guest")} /> <span>{t("Guest")}<small>{t("Sees only the channels they are put into.")}</small></span></label>
        </fieldset>
        {error !== "" && <p class="error" role="alert">{error}</p>}
        {told !== "" && (
          <div class="field" role="status">
            <label for={`${id}-link`}>{told}</label>
            <div class="copied-field">
              <input id={`${id}-link`} class="input" readonly value={link} onFocus={(event) => event.currentTarget.select()} />
              <button type="button" class="button" onClick={() => void copyAddress(link)}>{t("Copy link")}</button>
            </div>
          </div>
        )}
        <div class="modal-foot">
          <button type="button" class="button" onClick={close}>{t("Close")}</button>
          <button type="submit" class="button primary" disabled={busy}>{way === "mail" ? t("Send invitation") : t("Make a link")}</button>
        </div>
      </form>
    </Modal>
  );
}
