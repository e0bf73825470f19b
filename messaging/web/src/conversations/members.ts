import { signal } from "@preact/signals";
import type { Id, Member } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { ask, askAll, Refused } from "../transport/http.ts";

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

/** Remove a person. */
export async function removeMember(conversationId: Id, userId: Id): Promise<void> {
  try {
    await ask("DELETE", `/conversations/${conversationId}/members/${userId}`);
    membersChanged(conversationId);
  } catch (error) {
    complain(error);
  }
}
