import type { FileView, Id, Message } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { navigate } from "../app/route.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { backoffMs } from "../transport/backoff.ts";
import { ask, Refused } from "../transport/http.ts";
import { newKey } from "../transport/key.ts";
import { openLocal, writeLocal } from "../transport/local.ts";
import { again, drop, due, failed, postponed, put, questioned, type OutboxEntry } from "./outbox.ts";
import { find, outbox, timelineOf, withMessage } from "./store.ts";

const isSending = new Set<Id>();

/** Take up what this browser still owes the server from an earlier visit. */
export async function startOutbox(userId: Id): Promise<void> {
  const store = await openLocal(userId);
  const kept = (await store?.getAll("outbox")) ?? [];
  outbox.value = kept.reduce<OutboxEntry[]>(put, [...outbox.peek()]);
  addEventListener("online", flushOutbox);
  flushOutbox();
}

interface Draft {
  conversationId: Id;
  threadId: Id | null;
  text: string;
  alsoInConversation: boolean;
  extras?: Readonly<Record<string, unknown>>;
  files?: readonly FileView[];
}

/** Send a message: it is on the page and in the outbox before this returns, and on its way. */
export function send({ conversationId, threadId, text, alsoInConversation, extras = {}, files = [] }: Draft): void {
  save({
    key: newKey(),
    conversation_id: conversationId,
    thread_id: threadId,
    also_in_conversation: alsoInConversation,
    text,
    extras: files.length === 0 ? extras : { ...extras, file_ids: files.map((file) => file.id) },
    files,
    created_at: new Date().toISOString(),
    attempts: 0,
    state: "sending",
    error: null,
  });
  flushOutbox();
}

/** Try a refused message once more, with the same key. */
export function retry(entry: OutboxEntry): void {
  save(again(entry));
  flushOutbox();
}

/** Give a message up. */
export const discard = (entry: OutboxEntry): void => settle(entry.key);

/** The server has this key: nothing is owed any more. */
export function settle(key: string): void {
  if (!outbox.peek().some((entry) => entry.key === key)) return;
  outbox.value = drop(outbox.peek(), key);
  writeLocal((store) => store.delete("outbox", key));
}

function save(entry: OutboxEntry): void {
  outbox.value = put(outbox.peek(), entry);
  writeLocal((store) => store.put("outbox", entry));
}

/** Send whatever is due; safe to call at any time and from every tab, since the key makes a second sending harmless. */
export function flushOutbox(): void {
  if (!navigator.onLine) return;
  for (const entry of due(outbox.peek())) {
    if (!isSending.has(entry.conversation_id)) void attempt(entry);
  }
}

async function attempt(entry: OutboxEntry): Promise<void> {
  isSending.add(entry.conversation_id);
  let waitMs = 0;
  try {
    arrived(await post(entry), entry);
  } catch (error) {
    waitMs = refused(entry, error);
  } finally {
    isSending.delete(entry.conversation_id);
  }
  if (waitMs > 0) setTimeout(flushOutbox, waitMs);
  else flushOutbox();
}

function post({ conversation_id, text, key, thread_id, also_in_conversation, extras }: OutboxEntry): Promise<Message> {
  const thread = thread_id === null ? {} : { thread_id, also_in_conversation };
  return ask("POST", `/conversations/${conversation_id}/messages`, { text, key, ...thread, ...extras });
}

function arrived(message: Message, entry: OutboxEntry): void {
  // Where it stands: when it had been sent without an answer, somebody may have moved it since.
  const timeline = timelineOf(message.conversation_id);
  // The event may have come first, and later ones on top of it; the answer must not take those back.
  if (find(timeline.peek(), message.id) === undefined) timeline.value = withMessage(timeline.peek(), message, null);
  settle(entry.key);
  if (message.conversation_id !== entry.conversation_id) toast(t("Your message was sent and has since been moved."), "plain", { label: t("Show"), run: () => navigate({ messageId: message.id }) });
}

/** What a refusal means for the entry; how long to wait before the next try, 0 when this one is out of the way. */
function refused(entry: OutboxEntry, error: unknown): number {
  if (!outbox.peek().some((other) => other.key === entry.key)) return 0;
  if (!(error instanceof Refused) || !error.isPassing) {
    if (error instanceof Refused && error.problem?.code === "moved") {
      settle(entry.key);
      toast(explain(error));
      return 0;
    }
    const asked = error instanceof Refused && error.status === 409 ? questioned(entry, error.problem?.code ?? "", explain(error)) : null;
    save(asked ?? failed(entry, explain(error)));
    return 0;
  }
  save(postponed(entry));
  return backoffMs(entry.attempts, { floorMs: error.retryAfterMs ?? 300 });
}
