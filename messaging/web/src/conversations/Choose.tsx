import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Id } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { titleOf } from "../people/store.ts";
import { fold } from "./nearness.ts";
import { conversations, type Known } from "./store.ts";
import "../messages/lists.css";

const MOST_SHOWN = 8;

interface Props {
  /** What the list is for, for whoever does not see it. */
  legend: string;
  chosen: Id | null;
  onChoose: (id: Id) => void;
  /** A conversation that is not offered. */
  without?: Id;
}

/** Where the person may write, by name; those that match what was typed, the latest first. */
function choices(query: string, without: Id | undefined): Known[] {
  const wanted = fold(query).trim();
  const open = [...conversations.value.byId.values()].filter((item) => item.membership !== null && item.can.post && item.id !== without);
  const matching = open.filter((item) => fold(titleOf(item)).includes(wanted));
  return matching.sort((a, b) => (b.last_message_at ?? "").localeCompare(a.last_message_at ?? "")).slice(0, MOST_SHOWN);
}

/** Choose one of the conversations in which one may write. */
export function ChooseConversation({ legend, chosen, onChoose, without }: Props): JSX.Element {
  const [query, setQuery] = useState("");
  const offered = choices(query, without);
  return (
    <>
      <label>
        {t("To")}
        <input
          class="input"
          type="search"
          autofocus
          placeholder={t("Search your conversations")}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = offered;
            if (event.key !== "Enter" || event.isComposing || chosen !== null || first === undefined) return;
            event.preventDefault(); // Enter takes the first of the list; once more, and it is done.
            onChoose(first.id);
          }}
        />
      </label>
      <fieldset class="forward-to">
        <legend class="visually-hidden">{legend}</legend>
        {offered.map((item) => (
          <label key={item.id} class="forward-choice">
            <input type="radio" name="conversation" value={item.id} checked={chosen === item.id} onChange={() => onChoose(item.id)} />
            <bdi>{titleOf(item)}</bdi>
          </label>
        ))}
        {offered.length === 0 && <p class="quiet">{query.trim() === "" ? t("There is no other conversation you can write in. Create a channel or a direct message first.") : t("None of your conversations has that name.")}</p>}
      </fieldset>
    </>
  );
}
