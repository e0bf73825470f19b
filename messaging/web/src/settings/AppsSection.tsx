import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { type ConnectedApp, connectedApps, disconnect } from "./apps.ts";

const SCOPES: Record<string, () => string> = {
  read: () => t("reads what you can read"),
  write: () => t("writes in your name"),
  admin: () => t("administers with your rights"),
};

/** Apps that the person lets act for them: what each may do, and the end of it. */
export function AppsSection(): JSX.Element {
  const [rows, setRows] = useState<readonly ConnectedApp[] | null>(null);
  const [said, setSaid] = useState("");
  const [error, setError] = useState("");
  const list = useRef<HTMLDivElement>(null);

  const load = async (act: () => Promise<void> = async () => undefined): Promise<boolean> => {
    try {
      await act();
      setRows(await connectedApps());
      setError("");
      return true;
    } catch (refusal) {
      setError(explain(refusal));
      return false;
    }
  };
  useEffect(() => void load(), []);

  const end = async (app: ConnectedApp): Promise<void> => {
    if (await load(() => disconnect(app.app_id))) {
      setSaid(t("{name} can no longer act for you.", { name: app.name }));
      // The button that was pressed is gone.
      list.current?.focus();
    }
  };

  return (
    <div class="settings-form" ref={list} tabIndex={-1}>
      <p class="hint">{t("Apps that you have allowed to act in your name. Ending one takes effect at once, everywhere.")}</p>
      {error !== "" && <p class="error" role="alert">{error}</p>}
      {rows !== null && rows.length === 0 && <p class="hint">{t("No app has access to your account.")}</p>}
      <ul class="token-rows" aria-label={t("Your apps")}>
        {rows?.map((row) => <Row key={row.app_id} row={row} onEnd={() => void end(row)} />)}
      </ul>
      <p class="hint" role="status">{said}</p>
    </div>
  );
}

function Row({ row, onEnd }: { row: ConnectedApp; onEnd: () => void }): JSX.Element {
  const used = row.last_used_at === null ? t("never used") : t("last used {when}", { when: shortWhen(row.last_used_at) });
  const scopes = row.scopes.map((scope) => SCOPES[scope]?.() ?? scope);
  return (
    <li class="token-row">
      <p>
        <bdi class="name">{row.name}</bdi>
        <small>{scopes.join(", ")}</small>
        <small>{[t("allowed {when}", { when: shortWhen(row.created_at) }), used].join(" · ")}</small>
      </p>
      <button type="button" class="button" onClick={onEnd} aria-label={t("End what {name} may do", { name: row.name })}>{t("End")}</button>
    </li>
  );
}
