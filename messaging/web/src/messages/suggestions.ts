import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Conversation, GroupView, Id, User } from "../contract/types.ts";
import { t, tn } from "../i18n/t.ts";
import { route } from "../app/route.ts";
import { conversations } from "../conversations/store.ts";
import { findPeople } from "../people/actions.ts";
import { people, titleOf } from "../people/store.ts";
import { custom, loadCustom } from "../reactions/custom.ts";
import { emojis, findEmojis, loadEmojis } from "../reactions/emoji.ts";
import { callOf, findGroups, groups } from "../people/groups.ts";
import { conversationMention, groupMention, personMention, type Typed } from "./mentions.ts";
import { timelineOf } from "./store.ts";

/** One thing the composer can put in place of what is being typed. */
export interface Suggestion {
  id: string;
  /** What stands in the composer afterwards. */
  shown: string;
  /** What is stored for it; null when that is the same. */
  stored: string | null;
  label: string;
  detail: string;
  userId: Id | null;
}

const MOST = 8;
const ASK_AFTER_MS = 120;

const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Whether a word of the name starts with what was typed. */
export function matches(name: string, query: string): boolean {
  const wanted = fold(query);
  const folded = fold(name);
  return folded.startsWith(wanted) || folded.split(/[\s._-]+/).some((word) => word.startsWith(wanted));
}

function personSuggestion(user: User): Suggestion {
  return {
    id: user.id,
    shown: `@${user.name}`,
    stored: personMention(user.id),
    label: user.name,
    detail: user.title || (user.is_bot ? t("app") : ""),
    userId: user.id,
  };
}

function everyone(query: string): Suggestion[] {
  const all = [
    { name: "channel", detail: t("everyone in this channel") },
    { name: "here", detail: t("everyone here who is online") },
  ];
  return all
    .filter(({ name }) => query !== "" && name.startsWith(query.toLowerCase()))
    .map(({ name, detail }) => ({ id: name, shown: `@${name}`, stored: `<!${name}>`, label: name, detail, userId: null }));
}

function channelSuggestion(item: Conversation): Suggestion {
  const name = titleOf(item);
  return { id: item.id, shown: `#${name}`, stored: conversationMention(item.id), label: `#${name}`, detail: item.topic, userId: null };
}

function groupSuggestion(group: GroupView): Suggestion {
  const shown = `@${callOf(group)}`;
  return { id: group.id, shown, stored: groupMention(group.id), label: callOf(group), detail: tn("group, {count} person", "group, {count} people", group.people), userId: null };
}

/** Whom this person talks with: those who wrote in the open conversation lately, and those of the direct ones. */
function near(): ReadonlySet<Id> {
  const open = route.value.conversationId;
  const here = open === null ? [] : timelineOf(open).value.roots.map(({ author_id: id }) => id);
  const directs = [...conversations.value.byId.values()].filter(({ kind }) => kind === "direct").flatMap(({ member_ids: ids }) => ids);
  return new Set([...here, ...directs].filter((id) => id !== null));
}

/** The people meant, nearest first: whose name begins so before whose later word does, known ones before strangers. */
export function ranked(users: readonly User[], query: string, known: ReadonlySet<Id>): User[] {
  const worth = ({ id, name }: User): number => (known.has(id) ? 2 : 0) + (fold(name).startsWith(fold(query)) ? 1 : 0);
  return users
    .filter((user) => user.is_active && matches(user.name, query))
    .map((user) => ({ user, worth: worth(user) }))
    .sort((a, b) => b.worth - a.worth || a.user.name.localeCompare(b.user.name))
    .map(({ user }) => user);
}

function suggest({ sign, query }: Typed, users: readonly User[]): Suggestion[] {
  if (sign === "@") {
    const found = ranked(users, query, near());
    const teams = [...groups.value.values()].filter((group) => query !== "" && (matches(group.name, query) || matches(group.handle ?? "", query)));
    const others = [...everyone(query), ...teams.slice(0, 3).map(groupSuggestion)];
    return [...found.slice(0, MOST - others.length).map(personSuggestion), ...others];
  }
  if (sign === "#") {
    const channels = [...conversations.value.byId.values()].filter((item) => item.kind !== "direct" && matches(titleOf(item), query));
    return channels.slice(0, MOST).map(channelSuggestion);
  }
  const own = [...custom.value.keys()].filter((name) => name.includes(query.toLowerCase())).slice(0, 4);
  const ownOnes = own.map((name): Suggestion => ({ id: `:${name}:`, shown: `:${name}:`, stored: null, label: `:${name}:`, detail: t("your organisation’s own"), userId: null }));
  const known = findEmojis(emojis.value, query, MOST - own.length).map(({ unicode, shortcode }) => ({
    id: unicode,
    shown: unicode,
    stored: null,
    label: `${unicode}  :${shortcode}:`,
    detail: "",
    userId: null,
  }));
  return [...ownOnes, ...known];
}

interface Props {
  typed: Typed;
  /** Told before the next key can come, so that it finds what is on the screen. */
  onFound: (suggestions: Suggestion[]) => void;
}

/** Looks for what is being typed, and draws nothing: at once in what is known, and a moment later at the server. */
export function Suggesting({ typed, onFound }: Props): null {
  const [, setAnswers] = useState(0);
  const { sign, query } = typed;
  const found = suggest(typed, [...people.value.values()]);
  const isSame = found.map(({ id }) => id).join(" ");
  useLayoutEffect(() => onFound(found), [isSame]);
  useEffect(() => () => onFound([]), []);

  useEffect(() => {
    if (sign === ":") {
      loadCustom();
      void loadEmojis().catch(() => undefined);
    }
    if (sign !== "@") return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      Promise.all([findPeople(query, controller.signal), findGroups(query, controller.signal)])
        .then(() => setAnswers((count) => count + 1))
        .catch(() => undefined); // Offline or overtaken: what is known still stands.
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [sign, query]);

  return null;
}
