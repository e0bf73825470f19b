import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { Avatar } from "../design/Avatar.tsx";
import { Modal } from "../design/Modal.tsx";
import { t, tn } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";
import { askDelivery, type Delivery } from "./delivery.ts";

/** How far one's own message got, and who has seen it while they are few. */
export function DeliveryDialog({ message, close }: { message: Message; close: () => void }): JSX.Element {
  const [found, setFound] = useState<Delivery | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    askDelivery(message.id).then(setFound, (refusal: unknown) => setError(explain(refusal)));
  }, [message.id]);
  return (
    <Modal title={t("How far this message got")} onClose={close}>
      {error !== "" && <p role="alert">{error}</p>}
      {found === null && error === "" && <p aria-busy="true">{t("Loading…")}</p>}
      {found !== null && (
        <>
          <p class="delivery-state"><strong>{stateName(found.state)}</strong></p>
          <dl class="delivery">
            <div><dt>{t("People it is for")}</dt><dd>{found.recipient_count}</dd></div>
            <div><dt>{t("Reached their devices")}</dt><dd>{found.delivered_count}</dd></div>
            <div><dt>{t("Have seen it")}</dt><dd>{found.seen_count}</dd></div>
            {message.priority?.asks === true && <div><dt>{t("Have acknowledged")}</dt><dd>{found.acknowledged_count}</dd></div>}
          </dl>
          {found.seen_by.length > 0 && (
            <section>
              <h3>{tn("Seen by {count} person", "Seen by {count} people", found.seen_by.length)}</h3>
              <ul class="who">{found.seen_by.map((id) => <li key={id}><Avatar userId={id} size="s" /> <bdi>{nameOf(id)}</bdi></li>)}</ul>
            </section>
          )}
        </>
      )}
    </Modal>
  );
}

function stateName(state: Delivery["state"]): string {
  const names: Record<Delivery["state"], string> = {
    sent: t("Sent"),
    delivered: t("Delivered to everyone"),
    seen: t("Seen by everyone"),
    acknowledged: t("Acknowledged by everyone who was asked"),
    expired: t("The time to acknowledge has passed"),
  };
  return names[state];
}
