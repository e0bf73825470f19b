import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { panel } from "../app/panel.ts";
import { shortWhen } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import type { Known } from "../conversations/store.ts";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { Excerpt } from "../messages/Excerpt.tsx";
import { nameOf, titleOf } from "../people/store.ts";
import { loadPins, togglePin } from "./actions.ts";
import { pins } from "./store.ts";

/** What the members of a conversation keep at hand. */
export function PinsPanel({ conversation }: { conversation: Known | undefined }): JSX.Element | null {
  const id = conversation?.id ?? null;
  useEffect(() => {
    if (id === null) panel.value = null;
    else void loadPins(id);
    return () => void (pins.value = { conversationId: null, status: "loading", items: [] });
  }, [id]);
  if (conversation === undefined) return null;
  return (
    <Panel title={t("Pinned")} detail={titleOf(conversation)} onClose={() => (panel.value = null)}>
      <div class="panel-body"><List conversation={conversation} /></div>
    </Panel>
  );
}

function List({ conversation }: { conversation: Known }): JSX.Element {
  const { status, items } = pins.value;
  if (status === "error") return <LoadError words={t("The pins could not be loaded.")} onRetry={() => void loadPins(conversation.id)} />;
  if (status === "loading" && items.length === 0) return <p class="quiet empty" role="status">{t("Loading…")}</p>;
  if (items.length === 0) return <p class="quiet empty">{t("Nothing is pinned here yet. Pin what people keep looking for from a message’s menu.")}</p>;
  return (
    <ul class="excerpts" aria-label={t("Pinned messages")}>
      {items.map((message) => (
        <li key={message.id}>
          <Excerpt message={message} showPlace={false} note={message.pin != null && t("Pinned by {name}, {when}", { name: nameOf(message.pin.by_id), when: shortWhen(message.pin.at) })}>
            {conversation.can.post && <button type="button" class="button small" onClick={() => void togglePin(message)}>{t("Unpin")}</button>}
          </Excerpt>
        </li>
      ))}
    </ul>
  );
}
