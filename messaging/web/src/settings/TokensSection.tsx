import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { explain } from "../app/failure.ts";
import { shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { type Token, type NewToken, endToken, makeToken, tokens } from "./tokens.ts";

const LIFETIMES = [30, 90, 365] as const;

/** Tokens by which programs act as the person: made and shown once, listed, ended. */
export function TokensSection(): JSX.Element {
  const [rows, setRows] = useState<readonly Token[] | null>(null);
  const [made, setMade] = useState<NewToken | null>(null);
  const [error, setError] = useState("");

  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
      setRows(await tokens());
      setError("");
    } catch (refusal) {
      setError(explain(refusal));
    }
  };
  useEffect(() => void attempt(async () => undefined), []);

  return (
    <div class="settings-form">
      <NewTokenForm onMake={(name, writes, days) => void attempt(async () => setMade(await makeToken(name, writes, days)))} />
      {error !== "" && <p class="error" role="alert">{error}</p>}
      {made !== null && (
        <p class="token-made" role="status">
          {t("Your token, shown only once:")} <code>{made.token}</code>
        </p>
      )}
      {rows !== null && rows.length === 0 && <p class="hint">{t("You have no tokens.")}</p>}
      <ul class="token-rows" aria-label={t("Your tokens")}>
        {rows?.map((row) => <Row key={row.id} row={row} onEnd={() => void attempt(() => endToken(row.id))} />)}
      </ul>
    </div>
  );
}

function Row({ row, onEnd }: { row: Token; onEnd: () => void }): JSX.Element {
  const used = row.last_used_at === null ? t("never used") : t("last used {when}", { when: shortWhen(row.last_used_at) });
  const ends = row.expires_at === null ? t("until it is ended") : t("until {when}", { when: shortWhen(row.expires_at) });
  return (
    <li class="token-row">
      <p>
        <bdi class="name">{row.name}</bdi>
        <small>{[row.scopes?.join(", ") ?? t("everything"), used, ends].join(" · ")}</small>
      </p>
      <button type="button" class="button" onClick={onEnd} aria-label={t("End the token {name}", { name: row.name })}>{t("End")}</button>
    </li>
  );
}

function NewTokenForm({ onMake }: { onMake: (name: string, writes: boolean, days: number) => void }): JSX.Element {
  const [name, setName] = useState("");
  const [writes, setWrites] = useState(false);
  const [days, setDays] = useState<number>(LIFETIMES[1]);
  const id = useId();
  return (
    <form
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        onMake(name.trim(), writes, days);
        setName("");
      }}
    >
      <div class="field">
        <label for={`${id}-name`}>{t("What the token is for")}</label>
        <input id={`${id}-name`} class="input" required maxLength={120} dir="auto" autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </div>
      <div class="field">
        <label for={`${id}-days`}>{t("Lifetime in days")}</label>
        <select id={`${id}-days`} class="input" value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))}>
          {LIFETIMES.map((one) => <option key={one} value={String(one)}>{one}</option>)}
        </select>
      </div>
      <label class="check">
        <input type="checkbox" checked={writes} onChange={(event) => setWrites(event.currentTarget.checked)} /> {t("May also write")}
      </label>
      <div class="modal-foot">
        <button type="submit" class="button primary" disabled={name.trim() === ""}>{t("Create a token")}</button>
      </div>
    </form>
  );
}
