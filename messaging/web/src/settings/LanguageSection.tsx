import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { complain } from "../app/failure.ts";
import { moment } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { me } from "../people/store.ts";
import { changeMe, speak } from "./actions.ts";

const AUTO = "";

/** Language and time zone: the browser's until somebody chooses. */
export function LanguageSection(): JSX.Element {
  const id = useId();
  const { preferences, locale, time_zone: zone, languages = [] } = me.value ?? {};
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  const chooseZone = (wanted: string): void => {
    const change = wanted === AUTO ? { time_zone: browserZone, preferences: { auto_time_zone: true } } : { time_zone: wanted, preferences: { auto_time_zone: false } };
    changeMe(change).catch(complain);
  };

  return (
    <div class="settings-form">
      <div class="field">
        <label for={`${id}-language`}>{t("Language")}</label>
        <select id={`${id}-language`} class="input" value={preferences?.auto_locale === false ? locale : AUTO} onChange={(event) => void speak(event.currentTarget.value || null).catch(complain)}>
          <option value={AUTO}>{t("Same as the browser")}</option>
          {languages.map(({ code, name }) => <option key={code} value={code} lang={code}>{name}</option>)}
        </select>
        <p class="hint">{t("Chancery reloads in the new language; what you have begun to write is kept.")}</p>
      </div>
      <div class="field">
        <label for={`${id}-zone`}>{t("Time zone")}</label>
        <select id={`${id}-zone`} class="input" value={preferences?.auto_time_zone === false ? zone : AUTO} onChange={(event) => chooseZone(event.currentTarget.value)}>
          <option value={AUTO}>{t("Same as this device ({zone})", { zone: browserZone })}</option>
          {Intl.supportedValuesOf("timeZone").map((name) => <option key={name} value={name}>{name.replaceAll("_", " ")}</option>)}
        </select>
        <p class="hint">{t("It is now {time}.", { time: moment(new Date().toISOString()) })}</p>
      </div>
    </div>
  );
}
