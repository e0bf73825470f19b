import { signal } from "@preact/signals";
import type { Conversation, Id, Me, PresenceState, User } from "../contract/types.ts";
import { listed } from "../app/text.ts";
import { t } from "../i18n/t.ts";

export const me = signal<Me | null>(null);
export const people = signal<ReadonlyMap<Id, User>>(new Map());
export const presence = signal<ReadonlyMap<Id, PresenceState>>(new Map());

/** Ids somebody asked the name of and nobody has loaded yet; `people/actions` empties it. */
export const wanted = new Set<Id>();
let onWanted: (() => void) | null = null;

/** People who may be called something else by now: read again when they are next drawn. */
export const outdated = new Set<Id>();

/** Be told when there are names to load. */
export function whenWanted(callback: () => void): void {
  onWanted = callback;
  if (wanted.size > 0) callback();
}

/** A person, if known; asking for an unknown one has them loaded. */
export function person(id: Id): User | undefined {
  const found = people.value.get(id);
  if ((found === undefined || outdated.has(id)) && !wanted.has(id)) want(id);
  return found;
}

/** Have a person read, whoever draws them. */
export function want(id: Id): void {
  outdated.delete(id);
  wanted.add(id);
  onWanted?.();
}


/** A person's name, or a dash of the same height while it loads. */
export function nameOf(id: Id | null): string {
  if (id === null) return t("Chancery");
  if (id === me.value?.id) return people.value.get(id)?.name ?? me.value.name;
  return person(id)?.name ?? "…";
}

/** People as the server has them now. */
export function remember(users: readonly User[]): void {
  if (users.length === 0) return;
  const next = new Map(people.value);
  for (const user of users) {
    next.set(user.id, user);
    wanted.delete(user.id);
  }
  people.value = next;
}

/** The other people of a direct conversation; myself alone when there is nobody else. */
export function others(conversation: Conversation): Id[] {
  const mine = me.value?.id;
  const rest = conversation.member_ids.filter((id) => id !== mine);
  return rest.length === 0 && mine !== undefined ? [mine] : rest;
}

/** What a conversation is called to the person who looks at it. */
export function titleOf(conversation: Conversation): string {
  if (conversation.kind !== "direct") return conversation.name ?? t("Unnamed channel");
  if (conversation.name) return conversation.name;
  const ids = others(conversation);
  if (ids.length === 1 && ids[0] === me.value?.id) return t("{name} (you)", { name: nameOf(ids[0] ?? null) });
  return listed(ids.map((id) => nameOf(id)));
}

/** Guests of one channel or of several see only what they were put into. */
export const isGuest = (role: string | undefined): boolean => role?.endsWith("guest") === true;

/** Owners and admins look after the organisation in its console. */
export const isManager = (role: string | undefined): boolean => role === "owner" || role === "admin";
