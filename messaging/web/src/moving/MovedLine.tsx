import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Id, Message } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { t, te, tne } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { me, nameOf, titleOf } from "../people/store.ts";
import { undo } from "./away.ts";

const UNDO_WITHIN_MS = 10 * 60_000;

/** A conversation by its name, for those who know it; null for others, who learn nothing of it. */
function placeOf(id: Id): JSX.Element | null {
  const place = conversations.value.byId.get(id);
  if (place === undefined) return null;
  return <button type="button" class="link-button" onClick={() => navigate({ conversationId: id })}><bdi>{titleOf(place)}</bdi></button>;
}

/** The line that says how many messages went away, or came; whoever moved them can take it back for a while. */
export function MovedLine({ message }: { message: Message }): JSX.Element {
  const [count = "1", id = "", moveId = ""] = (message.text ?? "").split(" ");
  const place = placeOf(id);
  const name = <bdi class="name">{nameOf(message.author_id)}</bdi>;
  const said = message.subtype === "moved_away" ? away : here;
  return <>{said(Number(count), name, place)} {useIsFresh(message) && <button type="button" class="link-button" onClick={() => void undo(moveId)}>{t("Undo")}</button>}</>;
}

const away = (count: number, name: JSX.Element, place: JSX.Element | null): ComponentChildren =>
  place === null
    ? tne("{name} moved {count} message to another conversation.", "{name} moved {count} messages to another conversation.", count, { name })
    : tne("{name} moved {count} message to {place}.", "{name} moved {count} messages to {place}.", count, { name, place });

const here = (count: number, name: JSX.Element, place: JSX.Element | null): ComponentChildren =>
  place === null
    ? tne("{name} moved {count} message here from another conversation.", "{name} moved {count} messages here from another conversation.", count, { name })
    : tne("{name} moved {count} message here from {place}.", "{name} moved {count} messages here from {place}.", count, { name, place });

function useIsFresh({ author_id: author, created_at: at }: Message): boolean {
  const leftMs = UNDO_WITHIN_MS - (Date.now() - Date.parse(at));
  const [, drawAgain] = useState(0);
  useEffect(() => {
    if (leftMs <= 0) return undefined;
    const timer = setTimeout(() => drawAgain((n) => n + 1), leftMs);
    return () => clearTimeout(timer);
  }, [at]);
  return leftMs > 0 && author === me.value?.id;
}

/** Beside the name of what was moved here: that it was, and when it was written. */
export function MovedMark({ message }: { message: Message }): JSX.Element | null {
  if (message.moved == null) return null;
  const place = placeOf(message.moved.from_id);
  return <span class="moved-mark">{place === null ? t("moved from another conversation") : te("moved from {place}", { place })}</span>;
}
