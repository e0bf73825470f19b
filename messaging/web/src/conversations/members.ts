import { signal } from "@preact/signals";
import type { Id, Member, Page } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";
import { owe } from "../live/owed.ts";
import { act } from "../transport/acts.ts";
import { ask, askAll, Refused, withQuery } from "../transport/http.ts";

const PAGE = 100;
const MOST_ASKED = 1_000;
/** Many come at once where a group is let in: the panel follows once they have. */
const SETTLE_MS = 400;

interface Members {
  conversationId: Id | null;
  /** Part of the names of those that are shown; empty for all. */
  query: string;
  status: "loading" | "ready" | "error";
  items: readonly Member[];
  next: string | null;
}

const NONE: Members = { conversationId: null, query: "", status: "loading", items: [], next: null };

/** The members panel shows one conversation at a time, page by page: channels of ten thousand are never loaded whole. */
export const members = signal<Members>(NONE);
let settling = 0;
let turn = 0;

/** Tells whether there was an answer that will not change by asking again. */
async function load(conversationId: Id, query: string, cursor: string | null, limit: number): Promise<boolean> {
  const mine = ++turn;
  try {
    const page = await ask<Page<Member>>("GET", withQuery(`/conversations/${conversationId}/members`, { limit, q: query || null, cursor }));
    if (mine !== turn) return true;
    const before = cursor === null ? [] : members.peek().items;
    members.value = { conversationId, query, status: "ready", items: [...before, ...page.items], next: page.next };
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (mine === turn) members.value = { ...members.peek(), status: "error" };
    return mine !== turn || !error.isPassing;
  }
}

/** Load the first members of a conversation for the panel, or of those whose names have the query in them. */
export async function loadMembers(conversationId: Id, query = ""): Promise<void> {
  const known = members.peek();
  members.value = known.conversationId === conversationId ? { ...known, query, status: "loading" } : { ...NONE, conversationId, query };
  await load(conversationId, query, null, PAGE);
}

/** Load the members that follow. */
export async function moreMembers(): Promise<void> {
  const { conversationId, query, status, next } = members.peek();
  if (conversationId === null || next === null || status === "loading") return;
  members.value = { ...members.peek(), status: "loading" };
  await load(conversationId, query, next, PAGE);
}

/** Who is in a conversation, by id; nobody is known where there are too many to ask for. */
export async function membersOf(conversationId: Id): Promise<ReadonlySet<Id> | undefined> {
  const items = await askAll<Member>(`/conversations/${conversationId}/members?limit=200`, MOST_ASKED);
  return items.length < MOST_ASKED ? new Set(items.map(({ user_id: id }) => id)) : undefined;
}

/** Somebody came or went: load again what the panel shows of that conversation. */
export function membersChanged(conversationId: Id): void {
  if (members.peek().conversationId !== conversationId) return;
  clearTimeout(settling);
  settling = setTimeout(() => owe("members", reread), SETTLE_MS) as unknown as number;
}

/** What the panel shows now, which may be another conversation than when this was asked for. */
async function reread(): Promise<boolean> {
  const { conversationId, query, items } = members.peek();
  return conversationId === null || load(conversationId, query, null, Math.min(200, Math.max(PAGE, items.length)));
}

/** Add a person. */
export async function addMember(conversationId: Id, userId: Id): Promise<void> {
  try {
    await act("POST", `/conversations/${conversationId}/members`, { user_id: userId });
    membersChanged(conversationId);
  } catch (error) {
    complain(error, () => addMember(conversationId, userId));
  }
}

/** Remove a person, with a way back. The channel's last owner hands over to whoever removes them. */
export async function removeMember(conversationId: Id, member: Member, mine: Id | null): Promise<void> {
  const { user_id: userId, role } = member;
  const path = `/conversations/${conversationId}/members/${userId}`;
  try {
    await act("DELETE", path).catch((error: unknown) => {
      // Whether they are the last owner is for the server to know: the others need not be loaded.
      if (!(error instanceof Refused) || error.status !== 409 || role !== "owner" || mine === null) throw error;
      return act("DELETE", withQuery(path, { successor_id: mine }));
    });
    membersChanged(conversationId);
    toast(t("{name} is no longer in the channel.", { name: nameOf(userId) }), "plain", { label: t("Undo"), run: () => void addMember(conversationId, userId) });
  } catch (error) {
    complain(error, () => removeMember(conversationId, member, mine));
  }
}

/** Give or take the owner's role, or the right to post where only named people do. */
export async function changeMember(conversationId: Id, userId: Id, change: { role?: Member["role"]; may_post?: boolean }): Promise<void> {
  try {
    await act("PATCH", `/conversations/${conversationId}/members/${userId}`, change);
    membersChanged(conversationId);
  } catch (error) {
    complain(error, () => changeMember(conversationId, userId, change));
  }
}
