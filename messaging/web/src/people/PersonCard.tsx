import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Id } from "../contract/types.ts";
import { openPanel } from "../app/panel.ts";
import { writeTo } from "../conversations/running.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon, type IconName } from "../design/Icon.tsx";
import { place } from "../design/place.ts";
import { t } from "../i18n/t.ts";
import { runSearch } from "../search/actions.ts";
import { quoted } from "../search/query.ts";
import { openStatus } from "../status/actions.ts";
import { StatusMark } from "../status/StatusMark.tsx";
import { openSettings } from "../settings/store.ts";
import { shownPerson } from "./card.ts";
import { isGuest, me, nameOf, person, presence } from "./store.ts";
import { useInView } from "./watch.ts";
import "./card.css";

/** Who somebody is: beside their name, drawn only while it is open. */
export function PersonCard(): JSX.Element | null {
  const shown = shownPerson.value;
  const box = useRef<HTMLDivElement>(null);
  useInView(shown?.userId);

  // Known people at once; the height of others changes when the server has said who they are.
  const user = shown === null ? undefined : person(shown.userId);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || shown === null) return;
    if (!element.matches(":popover-open")) {
      element.showPopover();
      element.focus();
    }
    place(element, shown.anchor, "start");
  }, [shown, user]);

  if (shown === null) return null;
  const close = (): void => {
    if (shownPerson.peek() !== shown) return; // Another's card has taken its place.
    const hadFocus = box.current?.contains(document.activeElement) === true || document.activeElement === document.body;
    shownPerson.value = null;
    if (hadFocus && shown.before instanceof HTMLElement && shown.before.isConnected) shown.before.focus();
  };
  const { userId } = shown;
  return (
    <div
      key={userId}
      ref={box}
      class="person-card"
      popover="auto"
      role="dialog"
      tabIndex={-1}
      aria-label={t("About {name}", { name: nameOf(userId) })}
      onToggle={(event) => (event as unknown as ToggleEvent).newState === "closed" && close()}
    >
      <div class="person-head">
        <Avatar userId={userId} size="l" />
        <div class="person-words">
          <h2 dir="auto">{nameOf(userId)}</h2>
          {user !== undefined && user.title !== "" && <p dir="auto">{user.title}</p>}
          <Standing userId={userId} />
        </div>
      </div>
      <StatusMark userId={userId} withWords />
      {user?.email != null && <a class="person-mail" href={`mailto:${user.email}`}>{user.email}</a>}
      <Acts userId={userId} close={close} />
    </div>
  );
}

/** Whether they are there, and what kind of member they are. */
function Standing({ userId }: { userId: Id }): JSX.Element | null {
  const user = person(userId);
  const state = presence.value.get(userId);
  const kind = user === undefined ? "" : !user.is_active ? t("left") : user.is_bot ? t("app") : isGuest(user.role) ? t("guest") : "";
  const isThere = state === "active" || state === "away";
  if (!isThere && kind === "") return null;
  return (
    <p class="quiet">
      {isThere && <><span class={`presence inline ${state}`} /> {state === "active" ? t("online") : t("away")}</>} {kind !== "" && <span class="tag">{kind}</span>}
    </p>
  );
}

interface Act {
  id: string;
  icon: IconName;
  label: () => string;
  run: (userId: Id) => void;
}

const OWN: readonly Act[] = [
  { id: "profile", icon: "pen", label: () => t("Edit your profile"), run: () => openSettings("profile") },
  { id: "status", icon: "smile", label: () => t("Set a status…"), run: openStatus },
];
const write: Act = { id: "write", icon: "reply", label: () => t("Message"), run: writeTo };
const find: Act = { id: "find", icon: "search", label: () => t("Find messages"), run: (userId) => (openPanel("search"), void runSearch({ q: `from:${quoted(nameOf(userId))}`, tab: "messages", isHere: false })) };

function Acts({ userId, close }: { userId: Id; close: () => void }): JSX.Element {
  const user = person(userId);
  const others = user?.is_active === true && !user.is_bot ? [write, find] : [find];
  return (
    <div class="person-acts">
      {(userId === me.value?.id ? OWN : others).map(({ id, icon, label, run }) => (
        <button key={id} type="button" class="button small" data-act={id} onClick={() => (close(), run(userId))}><Icon name={icon} size={16} /> {label()}</button>
      ))}
    </div>
  );
}
