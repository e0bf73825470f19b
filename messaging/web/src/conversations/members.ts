import { signal } from "@preact/signals";
import type { Id, Member } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";
import { ask, askAll, Refused, withQuery } from "../transport/http.ts";

const MOST_MEMBERS = 1_000;

interface Members {
  conversationId: Id | null;
  status: "loading" | "ready" | "error";
  items: readonly Member[];
}

/** The members panel shows one conversation at a time. */
export const members = signal<Members>({ conversationId: null, status: "loading", items: [] });

/** Load the members of a conversation for the panel. */
export async function loadMembers(conversationId: Id): Promise<void> {
  if (members.peek().conversationId !== conversationId) members.value = { conversationId, status: "loading", items: [] };
  try {
    const items = await askAll<Member>(`/conversations/${conversationId}/members?limit=200`, MOST_MEMBERS);
    if (members.peek().conversationId === conversationId) members.value = { conversationId, status: "ready", items };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    members.value = { ...members.peek(), status: "error" };
  }
}

/** Somebody came or went: load again if the panel shows that conversation. */
export function membersChanged(conversationId: Id): void {
  if (members.peek().conversationId === conversationId) void loadMembers(conversationId);
}

/** Add a person. */
export async function addMember(conversationId: Id, userId: Id): Promise<void> {
  try {
    await ask("POST", `/conversations/${conversationId}/members`, { user_id: userId });
    membersChanged(conversationId);
  } catch (error) {
    complain(error);
  }
}

/** Remove a person, with a way back. The channel's last owner hands over to whoever removes them. */
export async function removeMember(conversationId: Id, { user_id: userId, role }: Member, mine: Id | null): Promise<void> {
  const isLastOwner = role === "owner" && members.peek().items.filter((member) => member.role === "owner").length === 1;
  const path = withQuery(`/conversations/${conversationId}/members/${userId}`, { successor_id: isLastOwner ? mine : null });
  try {
    await ask("DELETE", path);
    membersChanged(conversationId);
    toast(t("{name} is no longer in the channel.", { name: nameOf(userId) }), "plain", { label: t("Undo"), run: () => void addMember(conversationId, userId) });
  } catch (error) {
    complain(error);
  }
}

/** Give or take the owner's role, or the right to post where only named people do. */
export async function changeMember(conversationId: Id, userId: Id, change: { role?: Member["role"]; may_post?: boolean }): Promise<void> {
  try {
    await ask("PATCH", `/conversations/${conversationId}/members/${userId}`, change);
    membersChanged(conversationId);
  } catch (error) {
    complain(error);
  }
}
