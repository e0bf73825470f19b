import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Conversation } from "../contract/types.ts";
import { dialog } from "../app/panel.ts";
import { explain } from "../app/failure.ts";
import { navigate } from "../app/route.ts";
import { toast } from "../design/toast.ts";
import { t, tn } from "../i18n/t.ts";
import { Modal } from "../design/Modal.tsx";
import { titleOf } from "../people/store.ts";
import { joinQuietly } from "./actions.ts";
import { archive, browse, leave, type Scope } from "./running.ts";
import { Sign } from "./Sign.tsx";
import { conversations, type Known } from "./store.ts";

const WAIT_MS = 150;
const close = (): void => void (dialog.value = null);

interface Found {
  items: readonly Conversation[];
  next: string | null;
}

/** The channels there are, by name: find, look, join, leave, bring back. */
export function BrowseDialog(): JSX.Element {
  const [q, setQ] = useState("");
  const [scope, setScope] = useState<Scope>("public");
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState("");

  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => void read(null, controller.signal), found === null ? 0 : WAIT_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q, scope]);

  const read = async (cursor: string | null, signal: AbortSignal): Promise<void> => {
    try {
      const page = await browse(scope, q, cursor, signal);
      setFound((before) => ({ items: cursor === null ? page.items : [...(before?.items ?? []), ...page.items], next: page.next }));
      setError("");
    } catch (refusal) {
      if (!signal.aborted) setError(explain(refusal));
    }
  };

  return (
    <Modal title={t("Browse channels")} onClose={close} wide>
      <div class="browse-head">
        <input class="input" type="search" autofocus aria-label={t("Filter channels by name")} placeholder={t("Filter by name")} value={q} onInput={(event) => setQ(event.currentTarget.value)} />
        <select class="input" aria-label={t("Which channels")} value={scope} onChange={(event) => setScope(event.currentTarget.value as Scope)}>
          <option value="public">{t("All public")}</option>
          <option value="open">{t("Not joined")}</option>
          <option value="archived">{t("Archived")}</option>
        </select>
      </div>
      {error !== "" && <p class="notice danger" role="alert">{error}</p>}
      <div class="browse-list">
        {found === null && error === "" && <p class="quiet empty" role="status">{t("Loading channels…")}</p>}
        {found?.items.length === 0 && <Nothing scope={scope} q={q} />}
        <ul>{found?.items.map((item) => <Offer key={item.id} item={conversations.value.byId.get(item.id) ?? { ...item, counted_seq: 0 }} />)}</ul>
        {found?.next != null && <button type="button" class="button" onClick={() => void read(found.next, new AbortController().signal)}>{t("Show more")}</button>}
      </div>
    </Modal>
  );
}

function Nothing({ scope, q }: { scope: Scope; q: string }): JSX.Element {
  const words = q !== "" ? t("No channel has that name.") : scope === "archived" ? t("Nothing is archived.") : scope === "open" ? t("You are in every public channel.") : t("There is no public channel yet.");
  return (
    <div class="empty">
      <p class="quiet">{words}</p>
      {scope !== "archived" && <button type="button" class="button" onClick={() => (dialog.value = "create")}>{t("Create a channel")}</button>}
    </div>
  );
}

function Offer({ item }: { item: Known }): JSX.Element {
  const title = titleOf(item);
  return (
    <li class="offer">
      <span class="offer-words">
        <button type="button" class="name link-button" onClick={() => (close(), navigate({ conversationId: item.id }))}><Sign conversation={item} /> <bdi>{title}</bdi></button>
        <small dir="auto">{[tn("{count} member", "{count} members", item.member_count), item.purpose || item.topic].filter((part) => part !== "").join(" · ")}</small>
      </span>
      <Act item={item} title={title} />
    </li>
  );
}

function Act({ item, title }: { item: Known; title: string }): JSX.Element | null {
  if (item.archived_at !== null) {
    return item.can.archive ? <button type="button" class="button small" aria-label={t("Bring back {name}", { name: title })} onClick={() => void archive(item, "restore")}>{t("Bring back")}</button> : null;
  }
  const isIn = conversations.value.byId.get(item.id)?.membership != null;
  if (isIn) return <button type="button" class="button small" aria-label={t("Leave {name}", { name: title })} onClick={() => void leave(item)}>{t("Leave")}</button>;
  return <button type="button" class="button small primary" aria-label={t("Join {name}", { name: title })} onClick={() => void join(item, title)}>{t("Join")}</button>;
}

async function join(item: Known, title: string): Promise<void> {
  if (!(await joinQuietly(item.id))) return;
  close();
  navigate({ conversationId: item.id });
  toast(t("You have joined {name}.", { name: title }), "plain", { label: t("Undo"), run: () => void leave(item) });
}
