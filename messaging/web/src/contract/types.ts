/** The client's short names for what the server calls views, and the shapes that only the client composes. */
import type { ChannelPolicyView, ConversationView, CursorView, HighlightView, HitView, Id, MemberView, MessageView, MeView, PlacementView, ReactionView, SavedView, SectionView, SharedConversationView, UnreadView, UserView } from "./generated.ts";
import type { ThreadState, ThreadView } from "./generated.ts";
import type { DraftView, RevisionView, ScheduledView } from "./generated.ts";

export type { EmojiView, StatusView, DeliveryView, GroupView, MemberCursorsView, MemberCursorView } from "./generated.ts";
export type { ClientFrame, EventFrame, EventFrameOf, EventName, FileView, Id, Problem, ServerFrame, Timestamp } from "./generated.ts";

export type { EventData, MoveView, PriorityView } from "./generated.ts";

export type Me = MeView;
export type { NewInvitationView } from "./generated.ts";
export type User = UserView;
export type Conversation = ConversationView;
/** What a conversation is for everyone; live frames carry only this. */
export type ConversationFacts = SharedConversationView;
export type ConversationKind = Conversation["kind"];
export type Message = MessageView;
export type Member = MemberView;
export type Reaction = ReactionView;
export type ChannelPolicy = ChannelPolicyView;
export type Section = SectionView;
export type Placement = PlacementView;
export type Saved = SavedView;
export type Version = RevisionView;
export type ServerDraft = DraftView;
export type Scheduled = ScheduledView;
export type Thread = ThreadState;
export type ThreadWithRoot = ThreadView;
export type Unread = UnreadView;
export type ReadResult = CursorView;
export type Highlight = HighlightView;
export type SearchHit = HitView;
export type Heads = Record<Id, number>;
export type PresenceState = "active" | "away" | "offline";
/** All reactions of one message, as an event tells them. */
export interface ReactionChange {
  message_id: Id;
  reactions: Reaction[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
