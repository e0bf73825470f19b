import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { isManager, me, others, nameOf, titleOf } from "../people/store.ts";
import { listed } from "../app/text.ts";
import { lazily } from "../design/lazily.tsx";
import { Sign } from "./Sign.tsx";
import { conversations, type Known } from "./store.ts";

const FirstSteps = lazily(() => import("../invitations/FirstSteps.tsx").then((module) => module.FirstSteps));

/** The top of a history: what this conversation is. */
export function ConversationStart({ conversation }: { conversation: Known }): JSX.Element {
  return (
    <div class="start">
      <h2><Sign conversation={conversation} /> <bdi>{titleOf(conversation)}</bdi></h2>
      <p dir="auto">{words(conversation)}</p>
      {isNewRoom(conversation) && <FirstSteps conversation={conversation} />}
    </div>
  );
}

/** An organisation's first channel, while whoever made the organisation is alone in it. Ids are in the order of time. */
function isNewRoom({ id, kind, member_count: count, membership }: Known): boolean {
  if (kind !== "public" || count > 1 || membership === null || !isManager(me.value?.role)) return false;
  return [...conversations.value.byId.keys()].every((other) => other >= id);
}

function words(conversation: Known): string {
  if (conversation.purpose !== "") return conversation.purpose;
  if (conversation.kind === "direct") return t("This is the beginning of what you and {names} wrote to each other.", { names: listed(others(conversation).map((id) => nameOf(id))) });
  if (conversation.history === "joined" && conversation.membership !== null) return t("You can read what was said since you joined.");
  if (conversation.kind === "private") return t("This is the beginning of a private channel. Only its members can read it.");
  return t("This is the beginning of a channel that everyone in the organisation can find and join.");
}
