/** The shapes the server speaks, in REST views and in live frames. */

export type Id = string;
export type Timestamp = string;

export type Role = "owner" | "admin" | "member" | "guest";
export type ConversationKind = "public" | "private" | "direct";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Me {
  id: Id;
  name: string;
  email: string;
  tenant: { slug: string; name: string };
  role: Role;
  roles: string[];
  locale: string;
  time_zone: string;
}

export interface User {
  id: Id;
  name: string;
  email: string | null;
  role: Role;
  is_active: boolean;
  is_bot: boolean;
  title: string;
  avatar_url: string | null;
}

export interface Unread {
  messages: number;
  mentions: number;
}

/** What a conversation is for everyone; live frames carry only this. */
export interface ConversationFacts {
  id: Id;
  kind: ConversationKind;
  name: string | null;
  topic: string;
  purpose: string;
  archived_at: Timestamp | null;
  created_at: Timestamp;
  created_by_id: Id | null;
  last_seq: number;
  member_count: number;
  member_ids: Id[];
  last_message_at: Timestamp | null;
}

/** What a conversation is for the person who asked. */
export interface Conversation extends ConversationFacts {
  membership: { role: string; read_seq: number; joined_at: Timestamp } | null;
  unread: Unread;
  can: { post: boolean; edit: boolean; invite: boolean; archive: boolean };
}

export interface Reaction {
  emoji: string;
  user_ids: Id[];
  count: number;
}

export interface FileView {
  id: Id;
  name: string;
  content_type: string;
  size_bytes: number;
  url: string;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  seq: number;
  thread_id: Id | null;
  author_id: Id | null;
  kind: "text" | "system";
  subtype: string | null;
  text: string | null;
  key: string;
  created_at: Timestamp;
  edited_at: Timestamp | null;
  deleted_at: Timestamp | null;
  reactions: Reaction[];
  reply_count: number;
  last_reply_at: Timestamp | null;
  reply_user_ids: Id[];
  also_in_conversation: boolean;
  files: FileView[];
}

export interface Member {
  user_id: Id;
  role: string;
  joined_at: Timestamp;
}

export interface Highlight {
  text: string;
  hit: boolean;
}

export interface SearchHit {
  message: Message;
  highlights: Highlight[];
}

export interface ReadResult {
  read_seq: number;
  unread: Unread;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors: { field: string; message: string }[];
}

export interface ReactionChange {
  message_id: Id;
  emoji: string;
  user_id: Id;
  reactions: Reaction[];
}

export interface MembershipChange {
  conversation_id: Id;
  user_id: Id;
  role: string;
}

interface EventData {
  "chancery.message.created.v1": Message;
  "chancery.message.edited.v1": Message;
  "chancery.message.deleted.v1": Message;
  "chancery.reaction.added.v1": ReactionChange;
  "chancery.reaction.removed.v1": ReactionChange;
  "chancery.conversation.created.v1": ConversationFacts;
  "chancery.conversation.updated.v1": ConversationFacts;
  "chancery.conversation.archived.v1": ConversationFacts;
  "chancery.conversation.restored.v1": ConversationFacts;
  "chancery.membership.added.v1": MembershipChange;
  "chancery.membership.removed.v1": MembershipChange;
  "chancery.cursor.moved.v1": { conversation_id: Id; read_seq: number };
  "chancery.mention.created.v1": { conversation_id: Id; message_id: Id; seq: number };
  "chancery.session.revoked.v1": unknown;
  "chancery.user.deactivated.v1": unknown;
  "chancery.user.updated.v1": User;
}

export type EventName = keyof EventData;

interface Frame<N extends EventName> {
  type: "event";
  id: Id;
  event: N;
  stream: "conversation" | "user" | "tenant";
  conversation_id: Id | null;
  seq: number;
  /** Null where the thing is gone; the number still counts. */
  data: EventData[N] | null;
}

/** One committed fact as a browser sees it; `event` tells what `data` is. */
export type EventFrame = { [N in EventName]: Frame<N> }[EventName];

/** The frame of one event name whose thing is still there. */
export type EventFrameOf<N extends EventName> = Frame<N> & { data: EventData[N] };

export type Heads = Record<Id, number>;
export type PresenceState = "active" | "away" | "offline";

export type ServerFrame =
  | EventFrame
  | { type: "hello"; connection_id: string; user_id: Id; heartbeat_s: number; heads: Heads; user_seq: number }
  | { type: "resync"; conversation_id: Id | null }
  | { type: "drain"; retry_after_ms: number }
  | { type: "error"; code: string }
  | { type: "ping"; heads: Heads; user_seq: number | null }
  | { type: "typing"; conversation_id: Id; user_id: Id }
  | { type: "presence"; user_id: Id; state: PresenceState };

export type ClientFrame =
  | { type: "resume"; after: Heads; user_after?: number }
  | { type: "typing"; conversation_id: Id }
  | { type: "presence"; state: PresenceState }
  | { type: "pong" };
