/**
 * The server's side of the contract.
 *
 * Made by `manage.py generate_contract` from the server's own schemas: change those, not this file.
 */
export type Id = string;
export type Timestamp = string;

export interface AcknowledgementPage {
  items: AcknowledgementView[];
  next: string | null;
  mine: AcknowledgementView | null;
}

export interface AcknowledgementView {
  user_id: Id;
  acknowledged_at: Timestamp | null;
}

export interface AddressesView {
  login: string;
  metadata: string;
  entity_id: string;
  acs: string;
  sls: string;
  callback: string;
  signed_out: string;
  back_channel: string;
}

export interface ArrivalPage {
  items: ArrivalView[];
  next: string | null;
}

export interface ArrivalView {
  id: Id;
  at: Timestamp;
  outcome: string;
  code: string;
  words: string;
  user_id: Id | null;
  facts: object;
  claims: object;
  mapped: object;
}

export interface AssignmentList {
  items: AssignmentView[];
  next: null;
}

export interface AssignmentView {
  id: Id;
  role_id: Id;
  user_id: Id | null;
  group_id: Id | null;
  over_group_id: Id | null;
  over_conversation_id: Id | null;
}

export interface ChangedProvider {
  name?: string | null;
  state?: "on" | "draft" | null;
  metadata?: string | null;
  metadata_url?: string | null;
  issuer?: string | null;
  trust?: object | null;
  secret?: string | null;
  mapping?: Mapping | null;
  grants?: Grant[] | null;
  options?: Options | null;
  domains?: string[] | null;
}

export interface ChannelPolicyView {
  may_create: MayCreate;
  prefixes: string[];
  naming: "free" | "plain";
}

export interface ConnectedAppList {
  items: ConnectedAppView[];
  next: null;
}

export interface ConnectedAppView {
  app_id: Id;
  name: string;
  scopes: string[];
  created_at: Timestamp;
  last_used_at: Timestamp | null;
}

export interface ConversationChange {
  posting?: unknown;
  replying?: unknown;
  history?: "all" | "joined" | "days";
  history_days?: number | null;
  response_minutes?: number | null;
  review_on?: string | null;
  name?: string | null;
  topic?: string | null;
  purpose?: string | null;
}

export interface ConversationPage {
  items: ConversationView[];
  next: string | null;
}

export interface ConversationView {
  id: Id;
  kind: "public" | "private" | "direct";
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
  posting: "everyone" | "owners" | "named";
  replying: "everyone" | "owners" | "named";
  history: "all" | "joined" | "days";
  history_days: number | null;
  response_minutes: number | null;
  review_on: string | null;
  membership: MembershipView | null;
  unread: UnreadView;
  can: RightsView;
}

export interface CursorView {
  read_seq: number;
  unread: UnreadView;
}

export interface Decision {
  accept: boolean;
  role?: string;
}

export interface DeliveryView {
  state: "sent" | "delivered" | "seen" | "acknowledged" | "expired";
  recipient_count: number;
  delivered_count: number;
  seen_count: number;
  seen_by: Id[];
  acknowledged_count: number;
}

export interface Departure {
  successor_id?: Id | null;
}

export interface DomainPage {
  items: DomainView[];
  next: string | null;
}

export interface DomainView {
  id: Id;
  domain: string;
  is_proved: boolean;
  proved_at: Timestamp | null;
  checked_at: Timestamp | null;
  missing_since: Timestamp | null;
  record_name: string;
  record_value: string;
}

export interface DraftChange {
  text: string;
  thread_id?: Id | null;
}

export interface DraftList {
  items: DraftView[];
  next: string | null;
}

export interface DraftView {
  conversation_id: Id;
  thread_id: Id | null;
  text: string;
  version: number;
  updated_at: Timestamp | null;
}

export interface EmojiPage {
  items: EmojiView[];
  next: string | null;
}

export interface EmojiView {
  id: Id;
  name: string;
  url: string;
  created_by_id: Id | null;
  created_at: Timestamp;
}

export interface EndedView {
  ended: number;
}

export interface ExplanationView {
  has_access: boolean;
  paths: PathView[];
  missing: string[];
}

export interface FieldProblem {
  field: string;
  message: string;
}

export interface FileHitPage {
  items: SharedFileView[];
  next: string | null;
  hints: HintView[];
}

export interface FileRights {
  change: boolean;
  share: boolean;
}

export interface FileVersionList {
  items: FileVersionView[];
  next: string | null;
  can: FileRights;
}

export interface FileVersionView {
  number: number;
  name: string;
  size_bytes: number;
  created_by_id: Id | null;
  created_at: Timestamp;
  url: string;
}

export interface FileView {
  id: Id;
  name: string;
  content_type: string;
  size_bytes: number;
  url: string;
  width: number | null;
  height: number | null;
  thumbnail_url: string | null;
  scan: "none" | "pending" | "clean" | "infected" | "failed";
  version: number;
  created_by_id: Id | null;
  deleted_at: Timestamp | null;
}

export interface ForwardView {
  source_id: Id;
  author_id: Id | null;
  text: string;
  written_at: Timestamp;
}

export interface GivenFiles {
  count: number;
}

export interface Grant {
  value: string;
  role?: "" | "admin" | "member" | "guest";
  group_id?: Id | null;
}

export interface GrantList {
  items: GrantView[];
  next: null;
}

export interface GrantView {
  user_id: Id | null;
  group_id: Id | null;
  name: string;
}

export interface GroupChange {
  name?: string | null;
  handle?: string | null;
  description?: string | null;
}

export interface GroupMemberPage {
  items: GroupMemberView[];
  next: string | null;
}

export interface GroupMemberView {
  user_id: Id | null;
  group_id: Id | null;
  added_at: Timestamp;
}

export interface GroupMembers {
  user_ids?: Id[];
  group_ids?: Id[];
}

export interface GroupPage {
  items: GroupView[];
  next: string | null;
}

export interface GroupView {
  id: Id;
  name: string;
  handle: string | null;
  description: string;
  is_from_directory: boolean;
  people: number;
  created_at: Timestamp;
}

export interface HandlerView {
  handler: string;
  state: string;
  at: Timestamp | null;
  error: string | null;
  attempts: number | null;
}

export interface HighlightView {
  text: string;
  hit: boolean;
}

export interface HintView {
  text: string;
  message: string;
}

export interface HitPage {
  items: HitView[];
  next: string | null;
  hints: HintView[];
}

export interface HitView {
  message: MessageView;
  highlights: HighlightView[];
}

export interface InvitationPage {
  items: InvitationView[];
  next: string | null;
}

export interface InvitationView {
  id: Id;
  email: string;
  role: string;
  most_uses: number;
  uses: number;
  guest_until: Timestamp | null;
  created_at: Timestamp;
  created_by_id: Id | null;
  expires_at: Timestamp;
  revoked_at: Timestamp | null;
  is_open: boolean;
}

export interface JoinRequestPage {
  items: JoinRequestView[];
  next: string | null;
}

export interface JoinRequestView {
  id: Id;
  email: string;
  name: string;
  created_at: Timestamp;
}

export interface LanguageView {
  code: string;
  name: string;
}

export interface LinkView {
  url: string;
  expires_at: Timestamp;
}

export interface Mapping {
  subject?: string;
  email?: string;
  name?: string;
  given_name?: string;
  family_name?: string;
  locale?: string;
  groups?: string;
}

export interface MayCreate {
  public: boolean;
  private: boolean;
  announcement: boolean;
}

export interface MeChange {
  name?: string | null;
  title?: string | null;
  locale?: string | null;
  time_zone?: string | null;
  preferences?: object | null;
}

export interface MeView {
  id: Id;
  name: string;
  email: string | null;
  tenant: TenantView;
  role: string;
  roles: string[];
  permissions: string[];
  locale: string;
  time_zone: string;
  title: string;
  avatar_url: string | null;
  preferences: PreferencesView;
  languages: LanguageView[];
}

export interface MemberChange {
  role?: "owner" | "member" | null;
  may_post?: boolean | null;
}

export interface MemberCursorView {
  user_id: Id;
  delivered_seq: number;
  read_seq: number;
  joined_at: Timestamp;
}

export interface MemberCursorsView {
  is_shown: boolean;
  members: MemberCursorView[];
}

export interface MemberPage {
  items: MemberView[];
  next: string | null;
}

export interface MemberView {
  user_id: Id;
  role: "owner" | "member";
  joined_at: Timestamp;
  may_post: boolean;
}

export interface MembershipView {
  role: "owner" | "member";
  read_seq: number;
  joined_at: Timestamp;
  may_post: boolean;
  section_id: Id | null;
  position: number | null;
  is_favourite: boolean;
  is_muted: boolean;
}

export interface MessageChange {
  text: string;
  confirm_mentions?: boolean;
}

export interface MessagePage {
  items: MessageView[];
  next: string | null;
}

export interface MessageView {
  id: Id;
  conversation_id: Id;
  seq: number;
  thread_id: Id | null;
  author_id: Id | null;
  kind: "text" | "system";
  subtype: string | null;
  text: string | null;
  key: Id;
  created_at: Timestamp;
  edited_at: Timestamp | null;
  deleted_at: Timestamp | null;
  reactions: ReactionView[];
  reply_count: number;
  last_reply_at: Timestamp | null;
  reply_user_ids: Id[];
  also_in_conversation: boolean;
  files: FileView[];
  pin?: PinView | null;
  forward?: ForwardView | null;
  poll?: PollView | null;
  priority?: PriorityView | null;
  previews?: PreviewView[] | null;
  moved?: MovedView | null;
}

export interface MoveView {
  id: Id;
  from_id: Id;
  to_id: Id;
  message_ids: Id[];
  undo_until: Timestamp;
  undone_at: Timestamp | null;
}

export interface MovedView {
  by_id: Id | null;
  at: Timestamp;
  from_id: Id;
}

export interface NewAssignment {
  user_id?: Id | null;
  group_id?: Id | null;
  over_group_id?: Id | null;
  over_conversation_id?: Id | null;
}

export interface NewAvatar {
  file_id: Id;
}

export interface NewChannel {
  name: string;
}

export interface NewConversation {
  posting?: unknown;
  replying?: unknown;
  history?: "all" | "joined" | "days";
  history_days?: number | null;
  response_minutes?: number | null;
  review_on?: string | null;
  kind: "public" | "private" | "direct";
  name?: string | null;
  topic?: string;
  member_ids?: Id[];
}

export interface NewCursor {
  seq: number;
  backwards?: boolean;
}

export interface NewDomain {
  domain: string;
}

export interface NewEmoji {
  name: string;
  image: string;
}

export interface NewGrant {
  user_id?: Id | null;
  group_id?: Id | null;
}

export interface NewGroup {
  name: string;
  handle?: string | null;
  description?: string;
  user_ids?: Id[];
  group_ids?: Id[];
}

export interface NewInvitation {
  email?: string;
  role?: string;
  most_uses?: number;
  days?: number | null;
  guest_until?: Timestamp | null;
}

export interface NewInvitationView {
  id: Id;
  email: string;
  role: string;
  most_uses: number;
  uses: number;
  guest_until: Timestamp | null;
  created_at: Timestamp;
  created_by_id: Id | null;
  expires_at: Timestamp;
  revoked_at: Timestamp | null;
  is_open: boolean;
  link: string;
}

export interface NewMember {
  user_id: Id;
}

export interface NewMessage {
  text: string;
  key?: Id | null;
  thread_id?: Id | null;
  also_in_conversation?: boolean;
  poll?: NewPoll | null;
  forward_of?: Id | null;
  priority?: NewPriority | null;
  file_ids?: Id[];
  confirm_mentions?: boolean;
}

export interface NewOAuthApp {
  name: string;
  kind: string;
  redirect_uris?: string[];
  grants?: string[];
  scopes?: string[];
  networks?: string[];
  conversation_ids?: Id[];
}

export interface NewOAuthAppView {
  id: Id;
  client_id: string;
  name: string;
  kind: string;
  redirect_uris: string[];
  grants: string[];
  scopes: string[];
  networks: string[] | null;
  conversation_ids: Id[] | null;
  account_id: Id | null;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
  revoked_at: Timestamp | null;
  secrets: OAuthSecretView[];
  people: number;
  client_secret: string | null;
}

export interface NewOAuthSecretView {
  id: Id;
  hint: string;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
  client_secret: string;
}

export interface NewObjectGrant {
  user_id?: Id | null;
  group_id?: Id | null;
}

export interface NewPoll {
  options: string[];
  multiple?: boolean;
  anonymous?: boolean;
  closes_after_minutes?: number | null;
}

export interface NewPriority {
  level: "important" | "urgent";
  acknowledge?: boolean;
  remind_after_minutes?: number | null;
  escalate_to?: Id[];
  expires_after_minutes?: number | null;
  confirmed?: boolean;
}

export interface NewProvider {
  kind: "saml" | "oidc";
  slug: string;
  name?: string;
  metadata?: string;
  metadata_url?: string;
  issuer?: string;
  trust?: object;
  secret?: string;
  mapping?: Mapping | null;
  grants?: Grant[];
  options?: Options | null;
  domains?: string[];
}

export interface NewReview {
  name: string;
  reviewer_id: Id;
  due_at?: string | null;
}

export interface NewRole {
  name: string;
  permissions: string[];
  description?: string;
}

export interface NewScheduled {
  text: string;
  send_at: Timestamp;
  thread_id?: Id | null;
  also_in_conversation?: boolean;
}

export interface NewSection {
  name: string;
}

export interface NewStatus {
  emoji?: string;
  text?: string;
  expires_at?: Timestamp | null;
  dnd_until?: Timestamp | null;
}

export interface NewToken {
  name: string;
  scopes?: string[];
  days?: number | null;
  conversation_ids?: Id[];
  networks?: string[];
}

export interface NewTokenView {
  id: Id;
  user_id: Id;
  name: string;
  scopes: string[] | null;
  conversation_ids: Id[] | null;
  networks: string[] | null;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
  token: string;
}

export interface NewUpload {
  name: string;
  size_bytes: number;
}

export interface NewVote {
  options: number[];
}

export interface OAuthAppChanges {
  name?: string | null;
  redirect_uris?: string[] | null;
  scopes?: string[] | null;
  networks?: string[] | null;
  conversation_ids?: Id[] | null;
}

export interface OAuthAppList {
  items: OAuthAppView[];
  next: null;
}

export interface OAuthAppView {
  id: Id;
  client_id: string;
  name: string;
  kind: string;
  redirect_uris: string[];
  grants: string[];
  scopes: string[];
  networks: string[] | null;
  conversation_ids: Id[] | null;
  account_id: Id | null;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
  revoked_at: Timestamp | null;
  secrets: OAuthSecretView[];
  people: number;
}

export interface OAuthSecretView {
  id: Id;
  hint: string;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
}

export interface ObjectGrantList {
  items: ObjectGrantView[];
  next: null;
}

export interface ObjectGrantView {
  user_id: Id | null;
  group_id: Id | null;
  name: string;
}

export interface Options {
  creates_people?: boolean;
  keeps_people_in_step?: boolean;
  default_role?: "member" | "guest";
  idp_initiated?: boolean;
  needs_signed_response?: boolean;
  needs_encryption?: boolean;
  single_logout?: boolean;
  signs_requests?: boolean;
  userinfo?: boolean;
  clock_skew_s?: number;
}

export interface PartAsked {
  number: number;
  sha256?: string | null;
}

export interface PartUrl {
  number: number;
  url: string;
  headers: Record<string, string>;
}

export interface PartUrls {
  items: PartUrl[];
  expires_in_s: number;
}

export interface PartsAsked {
  parts: PartAsked[];
}

export interface PathView {
  by: "public" | "membership" | "grant" | "product_role" | "own_role";
  steps: StepView[];
}

export interface PinView {
  by_id: Id | null;
  at: Timestamp;
}

export interface PlaceView {
  seq: number | null;
}

export interface PlacementChange {
  section_id?: Id | null;
  is_favourite?: boolean;
  is_muted?: boolean;
  before_id?: Id | null;
  is_last?: boolean;
}

export interface PlacementView {
  conversation_id: Id;
  section_id: Id | null;
  position: number | null;
  is_favourite: boolean;
  is_muted: boolean;
}

export interface PolicyChange {
  values: object;
  if_version?: number | null;
}

export interface PolicyFieldView {
  name: string;
  label: string;
  help: string;
  choices: string[];
  is_list: boolean;
}

export interface PolicyList {
  items: PolicyView[];
  next: null;
}

export interface PolicyPreview {
  version: number;
  sentences: string[];
}

export interface PolicyView {
  name: string;
  title: string;
  version: number;
  changed_at: Timestamp | null;
  values: object;
  fields: PolicyFieldView[];
}

export interface PollOptionView {
  text: string;
  count: number;
  user_ids: Id[];
}

export interface PollView {
  options: PollOptionView[];
  is_multiple: boolean;
  is_anonymous: boolean;
  closes_at: Timestamp | null;
  voter_count: number;
}

export interface PreferencesView {
  theme: "system" | "light" | "dark" | "contrast";
  density: "comfortable" | "compact";
  text_size: "normal" | "small" | "large" | "larger";
  auto_locale: boolean;
  auto_time_zone: boolean;
}

export interface PreviewView {
  id: Id;
  url: string;
  title: string;
  description: string;
  site: string;
  image_url: string | null;
}

export interface PriorityView {
  level: "important" | "urgent";
  asks: boolean;
  remind_after_minutes: number | null;
  expires_at: Timestamp | null;
  is_expired: boolean;
  escalated_at: Timestamp | null;
  recipient_count: number;
  acknowledged_count: number;
  acknowledged_ids: Id[];
  waiting_ids: Id[];
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors: FieldProblem[];
}

export interface ProviderPage {
  items: ProviderView[];
  next: string | null;
}

export interface ProviderView {
  id: Id;
  kind: "saml" | "oidc";
  slug: string;
  name: string;
  state: "draft" | "tested" | "on";
  issuer: string;
  metadata_url: string;
  trust: object;
  has_secret: boolean;
  mapping: Mapping;
  grants: Grant[];
  options: Options;
  domains: string[];
  vouched_role: string;
  tested_at: Timestamp | null;
  addresses: AddressesView;
  certificates: string[];
}

export interface ReactionView {
  emoji: string;
  user_ids: Id[];
  count: number;
}

export interface RelayView {
  state: string;
  attempts: number | null;
  queued_at: Timestamp | null;
}

export interface Replacement {
  file_id: Id;
}

export interface ReviewDecision {
  decision: "attested" | "revoked";
  note?: string;
}

export interface ReviewItemPage {
  items: ReviewItemView[];
  next: string | null;
}

export interface ReviewItemView {
  id: Id;
  kind: string;
  user_id: Id | null;
  group_id: Id | null;
  label: string;
  decision: "" | "attested" | "revoked" | "gone";
  decided_by_id: Id | null;
  decided_at: Timestamp | null;
  note: string;
}

export interface ReviewList {
  items: ReviewView[];
  next: null;
}

export interface ReviewView {
  id: Id;
  name: string;
  reviewer_id: Id;
  created_at: Timestamp;
  due_at: string | null;
  closed_at: Timestamp | null;
  item_count: number;
  open_count: number;
}

export interface RevisionList {
  items: RevisionView[];
  next: string | null;
}

export interface RevisionView {
  number: number;
  text: string;
  edited_by_id: Id | null;
  created_at: Timestamp;
}

export interface RightsView {
  post: boolean;
  reply: boolean;
  edit: boolean;
  invite: boolean;
  archive: boolean;
  manage: boolean;
  move_own: boolean;
  move_own_hours: number | null;
  move_others: boolean;
}

export interface RoleChange {
  name?: string | null;
  permissions?: string[] | null;
  description?: string | null;
}

export interface RoleList {
  items: RoleView[];
  next: null;
}

export interface RoleView {
  id: Id | null;
  name: string;
  description: string;
  permissions: string[];
  kind: "own" | "product";
}

export interface SavedChange {
  remind_at?: Timestamp | null;
  done?: boolean;
}

export interface SavedPage {
  items: SavedView[];
  next: string | null;
}

export interface SavedView {
  message_id: Id;
  saved_at: Timestamp;
  done_at: Timestamp | null;
  remind_at: Timestamp | null;
  reminded_at: Timestamp | null;
  message: MessageView | null;
}

export interface ScheduledChange {
  text?: string | null;
  send_at?: Timestamp | null;
}

export interface ScheduledList {
  items: ScheduledView[];
  next: string | null;
}

export interface ScheduledView {
  id: Id;
  conversation_id: Id;
  thread_id: Id | null;
  also_in_conversation: boolean;
  text: string;
  send_at: Timestamp;
  failure: string | null;
  created_at: Timestamp;
}

export interface SectionChange {
  name?: string | null;
  is_collapsed?: boolean | null;
  before_id?: Id | null;
  is_last?: boolean;
}

export interface SectionList {
  items: SectionView[];
  next: string | null;
}

export interface SectionView {
  id: Id;
  name: string;
  is_collapsed: boolean;
}

export interface ServiceAccountList {
  items: ServiceAccountView[];
  next: null;
}

export interface ServiceAccountView {
  id: Id;
  name: string;
  is_active: boolean;
  tokens: TokenView[];
}

export interface SessionPage {
  items: SessionView[];
  next: string | null;
}

export interface SessionView {
  id: Id;
  device: string;
  ip: string | null;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
  is_current: boolean;
}

export interface SharedConversationView {
  id: Id;
  kind: "public" | "private" | "direct";
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
  posting: "everyone" | "owners" | "named";
  replying: "everyone" | "owners" | "named";
  history: "all" | "joined" | "days";
  history_days: number | null;
  response_minutes: number | null;
  review_on: string | null;
}

export interface SharedFilePage {
  items: SharedFileView[];
  next: string | null;
}

export interface SharedFileView {
  file: FileView;
  conversation_id: Id | null;
  message_id: Id | null;
  seq: number | null;
  thread_id: Id | null;
  author_id: Id | null;
  created_at: Timestamp;
}

export type Speakers = "everyone" | "owners" | "named";

export interface StatusView {
  emoji: string;
  text: string;
  expires_at: Timestamp | null;
  dnd_until: Timestamp | null;
}

export interface StepView {
  kind: string;
  id: Id | null;
  name: string;
}

export interface TenantView {
  slug: string;
  name: string;
}

export interface ThreadCursor {
  seq: number;
  backwards?: boolean;
}

export interface ThreadPage {
  items: ThreadView[];
  next: string | null;
}

export interface ThreadState {
  root_id: Id;
  conversation_id: Id;
  is_following: boolean;
  read_seq: number;
  last_seq: number;
  unread: number;
}

export interface ThreadStates {
  items: ThreadState[];
  next: string | null;
}

export interface ThreadView {
  root_id: Id;
  conversation_id: Id;
  is_following: boolean;
  read_seq: number;
  last_seq: number;
  unread: number;
  root: MessageView;
}

export interface ToConversation {
  message_ids: Id[];
}

export interface ToThread {
  thread_id: Id | null;
}

export interface TokenList {
  items: TokenView[];
  next: null;
}

export interface TokenView {
  id: Id;
  user_id: Id;
  name: string;
  scopes: string[] | null;
  conversation_ids: Id[] | null;
  networks: string[] | null;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
}

export interface TraceView {
  message_id: Id;
  conversation_id: Id;
  seq: number;
  author_id: Id | null;
  created_at: Timestamp;
  edited_at: Timestamp | null;
  deleted_at: Timestamp | null;
  reach: DeliveryView;
  events: TracedEventView[];
}

export interface TracedEventView {
  entry_id: Id;
  event: string;
  seq: number;
  stored_at: Timestamp;
  actor_id: Id | null;
  correlation_id: string;
  relay: RelayView;
  handlers: HandlerView[];
  deliveries: object[];
}

export interface UnreadView {
  messages: number;
  mentions: number;
}

export interface UploadView {
  id: Id;
  name: string;
  size_bytes: number;
  part_bytes: number;
  part_count: number;
  received: number[];
  expires_at: Timestamp;
  file: FileView | null;
}

export interface UserPage {
  items: UserView[];
  next: string | null;
}

export interface UserView {
  id: Id;
  name: string;
  email: string | null;
  role: "owner" | "admin" | "security" | "compliance" | "integration" | "member" | "guest" | "single_guest" | "bot";
  is_active: boolean;
  is_bot: boolean;
  title: string;
  avatar_url: string | null;
  status: StatusView | null;
}

export interface VoteView {
  options: number[];
}

export interface EventData {
  "chancery.access_rules.changed.v1": {
    tenant_id: Id;
  };
  "chancery.acknowledgement.dropped.v1": {
    message_id: Id;
    seq?: number;
    priority: PriorityView;
  };
  "chancery.acknowledgement.given.v1": {
    message_id: Id;
    seq?: number;
    priority: PriorityView;
  };
  "chancery.acknowledgement.missing.v1": {
    user_id: Id;
    conversation_id: Id;
    message_id: Id;
    author_id: Id | null;
    seq: number;
    waiting_count: number;
  };
  "chancery.acknowledgement.noted.v1": {
    user_id: Id;
    conversation_id: Id;
    message_id: Id;
  };
  "chancery.acknowledgement.requested.v1": {
    user_id: Id;
    conversation_id: Id;
    message_id: Id;
    author_id: Id | null;
    seq: number;
  };
  "chancery.conversation.archived.v1": SharedConversationView;
  "chancery.conversation.converted.v1": SharedConversationView;
  "chancery.conversation.created.v1": SharedConversationView;
  "chancery.conversation.restored.v1": SharedConversationView;
  "chancery.conversation.updated.v1": SharedConversationView;
  "chancery.cursor.moved.v1": {
    user_id: Id;
    conversation_id: Id;
    read_seq: number;
  };
  "chancery.draft.changed.v1": {
    user_id: Id;
    conversation_id: Id;
    thread_id: Id | null;
    version: number;
    is_empty: boolean;
  };
  "chancery.emoji.added.v1": EmojiView;
  "chancery.emoji.removed.v1": {
    emoji_id: Id;
  };
  "chancery.file.deleted.v1": {
    message_id: Id;
    file_id: Id;
    seq?: number;
    files: FileView[];
  };
  "chancery.file.given.v1": {
    user_id: Id;
  };
  "chancery.file.inspected.v1": {
    message_id: Id;
    file_id: Id;
    seq?: number;
    files: FileView[];
  };
  "chancery.file.replaced.v1": {
    message_id: Id;
    file_id: Id;
    seq?: number;
    files: FileView[];
  };
  "chancery.file.uploaded.v1": {
    user_id: Id;
    file_id: Id;
  };
  "chancery.group-membership.added.v1": {
    user_id: Id;
    group_id: Id;
  };
  "chancery.group-membership.removed.v1": {
    user_id: Id;
    group_id: Id;
  };
  "chancery.later.changed.v1": {
    user_id: Id;
    message_id: Id;
  };
  "chancery.later.removed.v1": {
    user_id: Id;
    message_id: Id;
  };
  "chancery.membership.added.v1": {
    conversation_id: Id;
    user_id: Id;
    role: string;
    member_count: number;
  } | {
    user_id: Id;
    conversation_id: Id;
    role: string;
    history_from_seq?: number;
  };
  "chancery.membership.changed.v1": {
    conversation_id: Id;
    user_id: Id;
    role: string;
    may_post: boolean;
  };
  "chancery.membership.removed.v1": {
    conversation_id: Id;
    user_id: Id;
    role: string;
    member_count: number;
  } | {
    user_id: Id;
    conversation_id: Id;
    role: string;
  };
  "chancery.mention.created.v1": {
    user_id: Id;
    conversation_id: Id;
    message_id: Id;
    seq: number;
  };
  "chancery.mentions.recorded.v1": {
    conversation_id: Id;
    message_id: Id;
    message_seq: number;
  };
  "chancery.message.arrived.v1": MessageView;
  "chancery.message.created.v1": MessageView;
  "chancery.message.deleted.v1": MessageView;
  "chancery.message.departed.v1": {
    conversation_id: Id;
    message_ids: Id[];
    root_ids: Id[];
    to_id: Id;
    move_id: Id;
  };
  "chancery.message.edited.v1": MessageView;
  "chancery.message.moved.v1": {
    message_id: Id;
    thread_id: Id | null;
    seq?: number;
    messages: MessageView[];
  };
  "chancery.message.pinned.v1": MessageView;
  "chancery.message.restored.v1": MessageView;
  "chancery.message.unpinned.v1": MessageView;
  "chancery.password.changed.v1": {
    user_id: Id;
    is_reset: boolean;
  };
  "chancery.placement.changed.v1": PlacementView;
  "chancery.poll.closed.v1": {
    message_id: Id;
    seq?: number;
    poll: PollView;
  };
  "chancery.poll.voted.v1": {
    message_id: Id;
    seq?: number;
    poll: PollView;
  };
  "chancery.preferences.changed.v1": {
    locale: string;
    time_zone: string;
    title: string;
    avatar_url: string | null;
    preferences: PreferencesView;
  };
  "chancery.previews.added.v1": {
    message_id: Id;
    seq?: number;
    previews: PreviewView[];
  };
  "chancery.previews.removed.v1": {
    message_id: Id;
    seq?: number;
    previews: PreviewView[];
  };
  "chancery.priority.escalated.v1": {
    message_id: Id;
    seq?: number;
    priority: PriorityView;
  };
  "chancery.priority.expired.v1": {
    message_id: Id;
    seq?: number;
    priority: PriorityView;
  };
  "chancery.priority.reminded.v1": {
    message_id: Id;
    seq?: number;
    priority: PriorityView;
  };
  "chancery.reaction.added.v1": {
    message_id: Id;
    emoji: string;
    user_id: Id;
    reactions: ReactionView[];
  };
  "chancery.reaction.removed.v1": {
    message_id: Id;
    emoji: string;
    user_id: Id;
    reactions: ReactionView[];
  };
  "chancery.reminder.due.v1": {
    user_id: Id;
    message_id: Id;
  };
  "chancery.scheduled.changed.v1": {
    user_id: Id;
    scheduled_id: Id;
  };
  "chancery.scheduled.failed.v1": {
    user_id: Id;
    scheduled_id: Id;
  };
  "chancery.scheduled.removed.v1": {
    user_id: Id;
    scheduled_id: Id;
  };
  "chancery.second_factor.added.v1": {
    user_id: Id;
    kind: string;
  };
  "chancery.second_factor.removed.v1": {
    user_id: Id;
    kind: string;
  };
  "chancery.second_factor.reset.v1": {
    user_id: Id;
    count: number;
  };
  "chancery.sections.changed.v1": SectionList;
  "chancery.session.revoked.v1": {
    user_id: Id;
    credential: string;
  };
  "chancery.session.started.v1": {
    user_id: Id;
    method: string;
  };
  "chancery.sign_in.refused.v1": {
    user_id: Id;
    method: string;
    reason: string;
  };
  "chancery.status.changed.v1": {
    user_id: Id;
    status: StatusView;
  };
  "chancery.thread.followed.v1": {
    user_id: Id;
    conversation_id: Id;
    root_id: Id;
  };
  "chancery.thread.read.v1": {
    user_id: Id;
    conversation_id: Id;
    root_id: Id;
    read_seq: number;
  };
  "chancery.thread.unfollowed.v1": {
    user_id: Id;
    conversation_id: Id;
    root_id: Id;
  };
  "chancery.user.deactivated.v1": {
    user_id: Id;
  };
  "chancery.user.joined.v1": {
    user_id: Id;
  };
  "chancery.user.updated.v1": UserView;
}

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

export type EventName = keyof EventData;

/** One committed fact as a browser sees it; `event` tells what `data` is. */
export type EventFrame = { [N in EventName]: Frame<N> }[EventName];

/** The frame of one event name whose thing is still there. */
export type EventFrameOf<N extends EventName> = Frame<N> & { data: EventData[N] };

export type ServerFrame =
  | EventFrame
  | {
      connection_id: Id;
      user_id: Id;
      heartbeat_s: number;
      heads: Record<string, number>;
      user_seq: number;
      tenant_seq: number;
      type: "hello";
    }
  | {
      conversation_id: Id | null;
      type: "resync";
    }
  | {
      heads: Record<string, number>;
      user_seq: number | null;
      type: "ping";
    }
  | {
      retry_after_ms: number;
      type: "drain";
    }
  | {
      code: "bad_json" | "bad_frame" | "unknown_type" | "binary" | "too_large" | "too_many" | "not_allowed";
      field?: string;
      type: "error";
    }
  | {
      type: "typing";
      conversation_id: Id;
      user_id: Id;
    }
  | {
      type: "receipts";
      conversation_id: Id;
      items: ({
        user_id: Id;
        delivered_seq?: number;
        read_seq?: number;
      })[];
    }
  | {
      type: "presence";
      user_id: Id;
      state: "active" | "away" | "offline";
      status?: {
        emoji: string;
        text: string;
        expires_at: Timestamp | null;
        dnd_until: Timestamp | null;
      };
    };

export type ClientFrame =
  | {
      after: Record<string, number>;
      user_after?: number;
      type: "resume";
    }
  | {
      conversation_id: Id;
      type: "typing";
    }
  | {
      user_ids: Id[];
      type: "watch";
    }
  | {
      heads: Record<string, number>;
      type: "delivered";
    }
  | {
      state: "active" | "away";
      type: "presence";
    }
  | {
      type: "pong";
    };
