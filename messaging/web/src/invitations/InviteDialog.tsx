import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { Modal } from "../design/Modal.tsx";
import { t, tn } from "../i18n/t.ts";
import { copyAddress } from "../messages/links.ts";
import { invite, inviteAll } from "./actions.ts";
import { addressesIn } from "./addresses.ts";

const close = (): void => void (dialog.value = null);

/** Invite people: each by mail, or by a link that several may use. */
export function InviteDialog(): JSX.Element {
  const [way, setWay] = useState<"mail" | "link">("mail");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<"member" | "guest">("member");
  const [uses, setUses] = useState(10);
  const [link, setLink] = useState("");
  const [told, setTold] = useState("");
  const [errors, setErrors] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const id = useId();

  const byLink = async (): Promise<void> => {
    try {
      setLink((await invite({ email: "", role, most_uses: uses })).link);
      setTold(t("The link is shown only once. Copy it now."));
    } catch (refusal) {
      setErrors([explain(refusal)]);
    }
  };

  /** Those who were refused stay in the field, each with the reason below it. */
  const byMail = async (): Promise<void> => {
    const emails = addressesIn(email);
    const { made, refused } = await inviteAll(emails, role);
    const [only] = made;
    setEmail(refused.map((each) => each.email).join(", "));
    setErrors(refused.map(({ email: address, why }) => (emails.length === 1 ? why : t("{email}: {why}", { email: address, why }))));
    if (only === undefined) return;
    setTold(made.length === 1 ? t("The invitation is on its way to {email}.", { email: only.email }) : tn("{count} invitation is on its way.", "{count} invitations are on their way.", made.length));
    setLink(made.length === 1 ? only.link : "");
  };

  const submit = async (): Promise<void> => {
    setBusy(true);
    setErrors([]);
    setTold("");
    await (way === "mail" ? byMail() : byLink()).finally(() => setBusy(false));
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
          <label><input type="radio" name="way" checked={way === "mail"} onChange={() => setWay("mail")} /> <span>{t("By e-mail")}<small>{t("One person or several; accepting proves the address.")}</small></span></label>
          <label><input type="radio" name="way" checked={way === "link"} onChange={() => setWay("link")} /> <span>{t("By a link")}<small>{t("You can send it to several people yourself.")}</small></span></label>
        </fieldset>
        {way === "mail" ? (
          <div class="field">
            <label for={`${id}-email`}>{t("E-mail addresses")}</label>
            <textarea id={`${id}-email`} class="input" rows={2} required maxLength={8000} autofocus spellcheck={false} autocapitalize="off" placeholder={t("ana@example.org, bo@example.org")} value={email} aria-invalid={errors.length > 0} aria-describedby={`${id}-errors`} onInput={(event) => setEmail(event.currentTarget.value)} />
          </div>
        ) : (
          <div class="field">
            <label for={`${id}-uses`}>{t("How many people may use it")}</label>
            <input id={`${id}-uses`} class="input" type="number" required min={1} max={1000} value={uses} onInput={(event) => setUses(Number(event.currentTarget.value))} />
          </div>
        )}
        <fieldset class="choices">
          <legend>{t("They join as")}</legend>
          <label><input type="radio" name="role" checked={role === "member"} onChange={() => setRole("member")} /> <span>{t("Member")}<small>{t("Finds and joins public channels.")}</small></span></label>
          <label><input type="radio" name="role" checked={role === "guest"} onChange={() => setRole("guest")} /> <span>{t("Guest")}<small>{t("Sees only the channels they are added to.")}</small></span></label>
        </fieldset>
        <div id={`${id}-errors`} role="alert">{errors.map((words) => <p key={words} class="error">{words}</p>)}</div>
        {told !== "" && link === "" && <p role="status">{told}</p>}
        {told !== "" && link !== "" && (
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
          <button type="submit" class="button primary" disabled={busy}>{way === "mail" ? t("Send invitation") : t("Create a link")}</button>
        </div>
      </form>
    </Modal>
  );
}
