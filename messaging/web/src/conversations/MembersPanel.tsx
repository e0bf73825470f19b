import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Member } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { t } from "../i18n/t.ts";
import { Avatar } from "../design/Avatar.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { openMenu, type MenuItem } from "../design/menu.ts";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { PersonPicker } from "../people/PersonPicker.tsx";
import { StatusMark } from "../status/lazy.ts";
import { me, nameOf, person, presence, titleOf } from "../people/store.ts";
import { writeTo } from "./running.ts";
import { addMember, changeMember, loadMembers, members, moreMembers, removeMember } from "./members.ts";
import type { Known } from "./store.ts";

const ASK_AFTER_MS = 150;

/** Who is here; those who may can add people. */
export function MembersPanel({ conversation }: { conversation: Known }): JSX.Element {
  const [filter, setFilter] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => void loadMembers(conversation.id, filter.trim()), filter === "" ? 0 : ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [conversation.id, filter]);
  const { status, items, conversationId, next } = members.value;
  const here = conversationId === conversation.id ? items : [];
  const mayInvite = conversation.can.invite && conversation.kind !== "direct";

  return (
    <Panel title={t("Members")} detail={titleOf(conversation)} onClose={() => (panel.value = null)}>
      {mayInvite && (
        <div class="panel-form">
          <PersonPicker
            label={t("Add a person")}
            excluded={new Set(here.map((member) => member.user_id))}
            onPick={(user) => void addMember(conversation.id, user.id)}
          />
        </div>
      )}
      {conversation.member_count > 12 && (
        <div class="panel-form">
          <input class="input" type="search" aria-label={t("Filter members")} placeholder={t("Filter members")} value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
        </div>
      )}
      <div class="panel-body" tabIndex={0} role="region" aria-label={t("List of members")}>
        {status === "loading" && here.length === 0 && <p class="quiet empty" role="status">{t("Loading members…")}</p>}
        {status === "error" && <LoadError words={t("The members could not be loaded.")} onRetry={() => void loadMembers(conversation.id)} />}
        <ul class="members">
          {here.map((member) => <MemberRow key={member.user_id} member={member} conversation={conversation} />)}
        </ul>
        {status === "ready" && here.length === 0 && <p class="quiet empty" role="status">{t("Nobody here has a name like that.")}</p>}
        {next !== null && <button type="button" class="button" disabled={status === "loading"} onClick={() => void moreMembers()}>{t("Show more members")}</button>}
      </div>
    </Panel>
  );
}

interface RowProps {
  member: Member;
  conversation: Known;
}

/** What an owner can do about a member. */
function memberMenu(member: Member, conversation: Known, isMe: boolean): MenuItem[] {
  const { user_id: userId, role, may_post: mayPost } = member;
  const isOwner = role === "owner";
  const rows: (MenuItem | false)[] = [
    { id: "role", label: isOwner ? t("Remove as owner") : t("Make owner"), icon: "person", run: () => void changeMember(conversation.id, userId, { role: isOwner ? "member" : "owner" }) },
    conversation.posting === "named" && !isOwner && { id: "post", label: mayPost ? t("May not post any more") : t("Let post here"), icon: "speaker", run: () => void changeMember(conversation.id, userId, { may_post: !mayPost }) },
    !isMe && { id: "remove", label: t("Remove from the channel"), icon: "close", isDangerous: true, run: () => void removeMember(conversation.id, member, me.peek()?.id ?? null) },
  ];
  return rows.filter((row) => row !== false);
}

function MemberRow({ member, conversation }: RowProps): JSX.Element {
  const user = person(member.user_id);
  const isMe = member.user_id === me.value?.id;
  const state = presence.value.get(member.user_id);
  return (
    <li class="member">
      <Avatar userId={member.user_id} size="m" opens />
      <span class="member-words">
        <span><bdi class="name" data-person={member.user_id}>{nameOf(member.user_id)}</bdi>{isMe && <span class="quiet"> {t("(you)")}</span>}{(state === "active" || state === "away") && <span class={`presence inline ${state}`}><span class="visually-hidden">{state === "active" ? t("online") : t("away")}</span></span>}</span>
        <StatusMark userId={member.user_id} withWords />
        <small>{[user?.title, member.role === "owner" ? t("owner") : "", member.may_post && conversation.posting === "named" ? t("posts here") : ""].filter((part) => part !== "" && part !== undefined).join(" · ")}</small>
      </span>
      {!isMe && conversation.kind !== "direct" && <IconButton icon="reply" label={t("Write to {name}", { name: nameOf(member.user_id) })} onClick={() => writeTo(member.user_id)} />}
      {conversation.can.manage && (
        <IconButton icon="dots" label={t("More about {name}", { name: nameOf(member.user_id) })} hasMenu onClick={(event) => openMenu(event.currentTarget as Element, nameOf(member.user_id), memberMenu(member, conversation, isMe))} />
      )}
    </li>
  );
}
