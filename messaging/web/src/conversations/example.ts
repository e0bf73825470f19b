import type { Known } from "./store.ts";

/** A public channel that the person is in and has read, for tests. */
export function known(given: Partial<Known> = {}): Known {
  return {
    id: "c", kind: "public", name: "general", topic: "", purpose: "", archived_at: null, created_at: "2026-01-01T00:00:00Z", created_by_id: null,
    last_seq: 5, counted_seq: 5, member_count: 2, member_ids: [], last_message_at: null,
    posting: "everyone", replying: "everyone", history: "all", history_days: null, response_minutes: null, review_on: null,
    membership: { role: "member", read_seq: 5, joined_at: "", may_post: false, section_id: null, position: null, is_favourite: false, is_muted: false },
    unread: { messages: 0, mentions: 0 },
    can: { post: true, reply: true, edit: true, invite: true, archive: true, manage: false, move_own: true, move_own_hours: 24, move_others: false },
    ...given,
  };
}
