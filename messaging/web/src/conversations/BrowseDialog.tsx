import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Conversation } from "../contract/types.ts";
import { dialog } from "../app/panel.ts";
import { explain } from "../app/failure.ts";
import { t, tn } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { Modal } from "../design/Modal.tsx";
import { titleOf } from "../people/store.ts";
import { join, openConversations } from "./actions.ts";

const WAIT_MS = 150;
const close = (): void => void (dialog.value = null);

/** Public channels one is not in: find, look, join. */
export function BrowseDialog(): JSX.Element {
  const [q, setQ] = useState("");
  const [items, setItems] = useState<readonly Conversation[] | null>(null);
  const [error, setError] = useState("");

  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      openConversations(q, controller.signal)
        .then((found) => {
          setItems(found);
          setError("");
        })
        .catch((refusal: unknown) => !controller.signal.aborted && setError(explain(refusal)));
    }, items === null ? 0 : WAIT_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q]);

  return (
    <Modal title={t("Browse channels")} onClose={close} wide>
      <input class="input" type="search" autofocus aria-label={t("Filter channels by name")} placeholder={t("Filter by name")} value={q} onInput={(event) => setQ(event.currentTarget.value)} />
      {error !== "" && <p class="notice danger" role="alert">{error}</p>}
      <div class="browse-list">
        {items === null && error === "" && <p class="quiet empty" role="status">{t("Loading channels…")}</p>}
        {items?.length === 0 && (
          <div class="empty">
            <p class="quiet">{q === "" ? t("You are in every public channel there is.") : t("No channel is called that.")}</p>
            <button type="button" class="button" onClick={() => (dialog.value = "create")}>{t("Create a channel")}</button>
          </div>
        )}
        <ul>{items?.map((item) => <Offer key={item.id} item={item} />)}</ul>
      </div>
    </Modal>
  );
}

function Offer({ item }: { item: Conversation }): JSX.Element {
  return (
    <li class="offer">
      <span class="offer-words">
        <span class="name"><Icon name="hash" size={16} /> <bdi>{titleOf(item)}</bdi></span>
        <small dir="auto">{[tn("{count} member", "{count} members", item.member_count), item.purpose || item.topic].filter((part) => part !== "").join(" · ")}</small>
      </span>
      <button type="button" class="button small" aria-label={t("Join {name}", { name: titleOf(item) })} onClick={() => void join(item.id).then(close)}>{t("Join")}</button>
    </li>
  );
}
