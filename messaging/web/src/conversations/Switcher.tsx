import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { User } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { dialog, openPanel, panel } from "../app/panel.ts";
import { navigate, route } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { PERSON_ACTIONS } from "../app/personMenu.ts";
import { VIEWS } from "../app/views.ts";
import { SECTIONS } from "../settings/sections.ts";
import { openSettings } from "../settings/store.ts";
import { nearness } from "./nearness.ts";
import { jumpToDate } from "../messages/jumping.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon, type IconName } from "../design/Icon.tsx";
import { useListbox } from "../design/listbox.ts";
import { Modal } from "../design/Modal.tsx";
import { focusComposer } from "../messages/focus.ts";
import { matches } from "../messages/suggestions.ts";
import { findPeople } from "../people/actions.ts";
import { me, others, people, titleOf } from "../people/store.ts";
import { runSearch } from "../search/actions.ts";
import { writeTo } from "./running.ts";
import { Sign } from "./Sign.tsx";
import { conversations, type Known } from "./store.ts";

interface Choice {
  id: string;
  label: string;
  detail: string;
  picture: JSX.Element;
  unread: number;
  go: () => void;
}

const MOST = 12;
/** With fewer places than these to go to, an empty field offers what one can do. */
const FEW = 4;
const ASK_AFTER_MS = 150;
const close = (): void => void (dialog.value = null);

/** One field that leads anywhere: conversations, people, a search, the few commands there are. */
export function Switcher(): JSX.Element {
  const [q, setQ] = useState("");
  const id = useId();
  useEffect(() => {
    if (q.length < 2) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => void findPeople(q, controller.signal).catch(() => undefined), ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q]);

  const choices = choicesFor(q.trim());
  const take = (index: number): void => {
    close();
    choices[index]?.go();
    // Leading to where one is already changes no page, and the dialog would give focus back elsewhere.
    requestAnimationFrame(() => dialog.peek() === null && panel.peek() === null && focusComposer("conversation"));
  };
  const listbox = useListbox(choices.length, take);

  return (
    <Modal title={t("Jump to a conversation or person")} onClose={close} bare>
      <div class="switcher">
        <div class="switcher-field">
          <Icon name="search" />
          <input
            role="combobox"
            autofocus
            autocomplete="off"
            aria-label={t("Jump to")}
            placeholder={t("Channel, person or words to search for")}
            aria-autocomplete="list"
            aria-expanded={choices.length > 0}
            aria-controls={id}
            aria-activedescendant={choices.length > 0 ? `${id}-${listbox.active}` : undefined}
            value={q}
            onInput={(event) => {
              setQ(event.currentTarget.value);
              listbox.setActive(0);
            }}
            onKeyDown={(event) => void listbox.onKey(event)}
          />
        </div>
        <ul id={id} role="listbox" aria-label={t("Where to go")}>
          {choices.map((choice, index) => (
            <li key={choice.id} id={`${id}-${index}`} role="option" aria-selected={index === listbox.active} onPointerMove={() => listbox.setActive(index)} onClick={() => take(index)}>
              {choice.picture}
              <bdi class={choice.unread > 0 ? "name" : ""}>{choice.label}</bdi>
              <span class="detail">{choice.detail}</span>
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  );
}

function choicesFor(q: string): Choice[] {
  const mine = [...conversations.value.byId.values()].filter((item) => item.membership !== null);
  const found = mine.filter((item) => q === "" ? item.id !== route.value.conversationId : nearness(titleOf(item), q) > 0);
  const latest = (a: Known, b: Known): number => (b.last_message_at ?? "").localeCompare(a.last_message_at ?? "");
  const near = (item: Known): number => (q === "" ? 0 : Math.floor(nearness(titleOf(item), q)));
  const ranked = found.sort((a, b) => near(b) - near(a) || Number(b.unread.messages > 0) - Number(a.unread.messages > 0) || latest(a, b));
  const written = new Set(mine.filter((item) => item.kind === "direct").flatMap((item) => (others(item).length === 1 ? others(item) : [])));
  const strangers = q === "" ? [] : [...people.value.values()].filter((user) => user.is_active && user.id !== me.value?.id && !written.has(user.id) && matches(user.name, q));
  return [...ranked.slice(0, MOST).map(conversationChoice), ...strangers.slice(0, 5).map(personChoice), ...(q === "" && ranked.length >= FEW ? [] : commands(q))];
}

function conversationChoice(item: Known): Choice {
  const detail = item.unread.messages > 0 ? t("unread") : item.archived_at !== null ? t("archived") : item.topic;
  return { id: item.id, label: titleOf(item), detail, picture: <Sign conversation={item} />, unread: item.unread.messages, go: () => navigate({ conversationId: item.id }) };
}

function personChoice(user: User): Choice {
  return {
    id: user.id,
    label: user.name,
    detail: user.title || t("write a direct message"),
    picture: <Avatar userId={user.id} size="s" />,
    unread: 0,
    go: () => writeTo(user.id),
  };
}

function commands(q: string): Choice[] {
  const command = (label: string, icon: IconName, go: () => void): Choice => ({ id: label, label, detail: "", picture: <Icon name={icon} />, unread: 0, go });
  const open = route.value.conversationId;
  const here = open === null ? [] : [command(t("Jump to a date"), "down", () => jumpToDate(open))];
  const all = [
    ...here,
    command(t("Browse channels"), "browse", () => (dialog.value = "browse")),
    command(t("Create channel"), "plus", () => (dialog.value = "create")),
    command(t("New direct message"), "compose", () => (dialog.value = "direct")),
    command(t("Mark everything as read"), "check", () => void import("../receipts/everything.ts").then(({ markEverythingRead }) => markEverythingRead()).catch(complain)),
    ...VIEWS.map(({ id, label, icon }) => command(label(), icon, () => openPanel(id))),
    ...PERSON_ACTIONS.filter(({ shown }) => shown?.() ?? true).map(({ label, icon, run }) => command(label(), icon(), run)),
    ...SECTIONS.map(({ id, label, icon }) => command(t("Settings: {section}", { section: label() }), icon, () => openSettings(id))),
  ];
  if (q === "") return all.slice(here.length, here.length + FEW);
  const search = command(t("Search messages for “{q}”", { q }), "search", () => {
    openPanel("search");
    void runSearch({ q, isHere: false });
  });
  return [...byNearness(all, q), search];
}

/** Nearest first: what begins so, then what has a word that does, then what has the letters in their order. */
function byNearness(choices: readonly Choice[], q: string): Choice[] {
  return choices
    .map((choice) => [nearness(choice.label, q), choice] as const)
    .filter(([near]) => near > 0)
    .sort(([a], [b]) => b - a)
    .map(([, choice]) => choice);
}
