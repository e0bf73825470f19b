import { batch, signal } from "@preact/signals";
import type { ChannelPolicy, Conversation, ConversationKind, Id, Page } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { dialog } from "../app/panel.ts";
import { navigate, route } from "../app/route.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { titleOf } from "../people/store.ts";
import { act, actOnce } from "../transport/acts.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";
import { departing, forget, join, keep } from "./actions.ts";

const MOST_OFFERED = 50;

export type Scope = "public" | "open" | "archived";

/** A page of the channels there are, by name. */
export function browse(scope: Scope, q: string, cursor: string | null, signal: AbortSignal): Promise<Page<Conversation>> {
  const path = withQuery("/conversations", { scope, sort: "name", q: q || null, cursor, limit: MOST_OFFERED });
  return ask<Page<Conversation>>("GET", path, undefined, signal);
}

/** Who is about to leave which channel, where that needs a word: there is no way back, or somebody must take over. */
export const leaving = signal<{ conversation: Conversation; needsSuccessor: boolean } | null>(null);

function askBeforeLeaving(conversation: Conversation, needsSuccessor: boolean): void {
  batch(() => {
    leaving.value = { conversation, needsSuccessor };
    dialog.value = "leave";
  });
}

/** Leave a channel: a public one with a way back, a private one after a question. */
export async function leave(conversation: Conversation): Promise<void> {
  if (conversation.kind === "private") return askBeforeLeaving(conversation, false);
  try {
    await depart(conversation, null);
  } catch (error) {
    if (error instanceof Refused && error.problem?.code === "last_owner") askBeforeLeaving(conversation, true);
    else complain(error, () => leave(conversation));
  }
}

/** Leave now. Throws Refused: the last owner has to name who takes over. */
export async function depart(conversation: Conversation, successorId: Id | null): Promise<void> {
  const { id } = conversation;
  departing.add(id);
  await act("POST", `/conversations/${id}/leave`, { successor_id: successorId }).finally(() => departing.delete(id));
  batch(() => {
    forget(id);
    if (route.peek().conversationId === id) navigate({}, { replace: true });
  });
  const name = titleOf(conversation);
  if (conversation.kind === "public") toast(t("You have left {name}.", { name }), "plain", { label: t("Undo"), run: () => void join(id) });
  else toast(t("You have left {name}.", { name }));
}

/** Make a group message a private channel. Throws Refused for the form to show. */
export async function convert(id: Id, name: string): Promise<void> {
  keep(await actOnce<Conversation>(`/conversations/${id}/convert`, { name }));
}

/** Close a channel for new messages, or open it again; both with a way back. */
export async function archive(conversation: Conversation, verb: "archive" | "restore"): Promise<void> {
  const { id } = conversation;
  try {
    keep(await act<Conversation>("POST", `/conversations/${id}/${verb}`));
    const back = verb === "archive" ? "restore" : "archive";
    const name = titleOf(conversation);
    const words = verb === "archive" ? t("{name} is archived: it can be read but not written in.", { name }) : t("{name} is open again.", { name });
    toast(words, "plain", { label: t("Undo"), run: () => void archive(conversation, back) });
  } catch (error) {
    complain(error, () => archive(conversation, verb));
  }
}

interface NewConversation {
  kind: ConversationKind;
  name?: string;
  topic?: string;
  member_ids?: Id[];
  posting?: Conversation["posting"];
}

/** Which channels this person may make here, and how they are to be called. */
export const channelPolicy = (): Promise<ChannelPolicy> => ask<ChannelPolicy>("GET", "/channel-policy");

/** Make a conversation, or find the direct one that exists, and open it. Throws Refused for the form to show. */
export async function create(wish: NewConversation): Promise<void> {
  const item = await actOnce<Conversation>("/conversations", wish);
  keep(item);
  navigate({ conversationId: item.id });
}

/** Open the direct conversation with somebody. */
export const writeTo = (userId: Id): void => void create({ kind: "direct", member_ids: [userId] }).catch((error: unknown) => complain(error, () => writeTo(userId)));

/** What an owner may change about a channel. */
export type Rules = Partial<Pick<Conversation, "posting" | "replying" | "history" | "history_days" | "response_minutes" | "review_on">>;

/** Change name, topic, purpose or rules. Throws Refused for the form to show. */
export async function describe(id: Id, change: { name?: string; topic?: string; purpose?: string } & Rules): Promise<void> {
  keep(await act<Conversation>("PATCH", `/conversations/${id}`, change));
}
