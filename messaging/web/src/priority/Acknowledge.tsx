import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { moment, shortWhen } from "../app/text.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Icon } from "../design/Icon.tsx";
import { Modal } from "../design/Modal.tsx";
import { t, tn } from "../i18n/t.ts";
import { me, nameOf } from "../people/store.ts";
import { acknowledge, acknowledged, whoAcknowledged, type Acknowledged } from "./actions.ts";

const MOST_LISTED = 200;

/** How the acknowledgements of a message stand, and the button of whoever was asked. */
export function Acknowledge({ message }: { message: Message }): JSX.Element | null {
  const priority = message.priority;
  if (priority == null) return null;
  const { acknowledged_count: given, recipient_count: asked, is_expired: isOver } = priority;
  const mine = useMine(message);
  const isComplete = asked > 0 && given === asked;
  return (
    <div class="acknowledge" role="group" aria-label={t("Acknowledgements")}>
      {mine === "waiting" && !isOver && (
        <button type="button" class="button small primary" onClick={() => void acknowledge(message)}>{t("Acknowledge")}</button>
      )}
      {mine === "given" && <span class="acknowledged"><Icon name="check" size={16} /> {t("You have acknowledged this")}</span>}
      <button type="button" class="link-button" aria-haspopup="dialog" onClick={() => void openOverlay(async () => (close) => <Who message={message} close={close} />)}>
        {isComplete ? t("Everyone asked has acknowledged") : tn("{given} of {count} person has acknowledged", "{given} of {count} people have acknowledged", asked, { given })}
      </button>
      {isOver && <span class="quiet">{t("The time to acknowledge has passed")}</span>}
      {!isOver && !isComplete && priority.expires_at !== null && <span class="quiet" title={moment(priority.expires_at)}>{t("until {when}", { when: shortWhen(priority.expires_at) })}</span>}
      {!isComplete && priority.escalated_at !== null && <span class="quiet">{t("escalated")}</span>}
    </div>
  );
}

type Mine = "waiting" | "given" | "not-asked";

/** Where this person stands: named in the message itself, or asked for where too many are asked to name them all. */
function useMine(message: Message): Mine {
  const myId = me.value?.id ?? "";
  const priority = message.priority;
  const given = priority?.acknowledged_ids.includes(myId) === true;
  const waiting = priority?.waiting_ids.includes(myId) === true;
  const isNamed = given || waiting || priority == null || message.author_id === myId || priority.acknowledged_ids.length + priority.waiting_ids.length >= priority.recipient_count;
  const [asked, setAsked] = useState<Mine>("not-asked");
  useEffect(() => {
    if (isNamed) return;
    whoAcknowledged(message.id, 1).then(
      ({ mine }) => setAsked(mine === null ? "not-asked" : mine.acknowledged_at === null ? "waiting" : "given"),
      () => undefined, // Asked again when the message is next drawn.
    );
    // Not with every answer: each of ten thousand people would ask ten thousand times.
  }, [isNamed, message.id]);
  if (given || acknowledged.value.has(message.id)) return "given";
  if (waiting) return "waiting";
  return isNamed ? "not-asked" : asked;
}

/** Who has acknowledged, and who has not. */
function Who({ message, close }: { message: Message; close: () => void }): JSX.Element {
  const [rows, setRows] = useState<readonly Acknowledged[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    whoAcknowledged(message.id, MOST_LISTED).then(({ items }) => setRows(items), (refusal: unknown) => setError(explain(refusal)));
  }, [message.id, message.priority?.acknowledged_count]);
  const given = (rows ?? []).filter((row) => row.acknowledged_at !== null);
  const waiting = (rows ?? []).filter((row) => row.acknowledged_at === null);
  return (
    <Modal title={t("Acknowledgements")} onClose={close}>
      {error !== "" && <p class="error" role="alert">{error}</p>}
      {rows === null && error === "" ? <p aria-busy="true">{t("Loading…")}</p> : (
        <div class="who-lists">
          <People title={t("Have acknowledged")} rows={given} none={t("Nobody yet.")} />
          <People title={t("Have not")} rows={waiting} none={t("Nobody is left.")} />
        </div>
      )}
    </Modal>
  );
}

function People({ title, rows, none }: { title: string; rows: readonly Acknowledged[]; none: string }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {rows.length === 0 ? <p class="quiet">{none}</p> : (
        <ul class="who">
          {rows.map(({ user_id: id, acknowledged_at: at }) => (
            <li key={id}><Avatar userId={id} size="s" /> <bdi>{nameOf(id)}</bdi>{at !== null && <time dateTime={at} title={moment(at)}>{shortWhen(at)}</time>}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
