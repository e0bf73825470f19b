import type { Message } from "../contract/types.ts";

/** A message for tests: everything a message needs, with what matters given. */
export function message(seq: number, given: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    conversation_id: "c1",
    seq,
    thread_id: null,
    author_id: "ana",
    kind: "text",
    subtype: null,
    text: `message ${seq}`,
    key: `k${seq}`,
    created_at: new Date(Date.UTC(2026, 0, 5, 9, 0, seq)).toISOString(),
    edited_at: null,
    deleted_at: null,
    reactions: [],
    reply_count: 0,
    last_reply_at: null,
    reply_user_ids: [],
    also_in_conversation: false,
    files: [],
    ...given,
  };
}
