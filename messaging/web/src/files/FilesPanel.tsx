import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SharedFileView } from "../contract/generated.ts";
import type { Page } from "../contract/types.ts";
import { panel } from "../app/panel.ts";
import { navigate } from "../app/route.ts";
import { passOver } from "../app/failure.ts";
import { fileSize, shortWhen } from "../app/text.ts";
import type { Known } from "../conversations/store.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { Panel } from "../design/Panel.tsx";
import { t } from "../i18n/t.ts";
import { nameOf, titleOf } from "../people/store.ts";
import { ask, withQuery } from "../transport/http.ts";
import { view } from "./Files.tsx";
import { isShown } from "./kinds.ts";

type Kind = "images" | "media" | "documents" | null;

interface Listed {
  status: "loading" | "ready" | "error";
  items: readonly SharedFileView[];
  next: string | null;
}

const LOADING: Listed = { status: "loading", items: [], next: null };

const KINDS: readonly { kind: Kind; label: () => string }[] = [
  { kind: null, label: () => t("All") },
  { kind: "images", label: () => t("Pictures") },
  { kind: "documents", label: () => t("Documents") },
  { kind: "media", label: () => t("Sound and video") },
];

/** Every file of a conversation, newest first. */
export function FilesPanel({ conversation }: { conversation: Known }): JSX.Element {
  const [kind, setKind] = useState<Kind>(null);
  const [listed, setListed] = useState<Listed>(LOADING);
  const load = async (cursor: string | null): Promise<void> => {
    try {
      const path = withQuery(`/conversations/${conversation.id}/files`, { kind, cursor, limit: 40 });
      const { items, next } = await ask<Page<SharedFileView>>("GET", path);
      setListed((before) => ({ status: "ready", items: cursor === null ? items : [...before.items, ...items], next }));
    } catch (error) {
      setListed((before) => ({ ...before, status: "error" }));
      passOver(error);
    }
  };
  useEffect(() => {
    setListed(LOADING);
    void load(null);
  }, [conversation.id, kind]);

  return (
    <Panel title={t("Files")} detail={titleOf(conversation)} onClose={() => (panel.value = null)}>
      <div class="filter-chips" role="group" aria-label={t("Kinds of files")}>
        {KINDS.map((one) => <button key={one.kind} type="button" class="filter-chip" aria-pressed={kind === one.kind} onClick={() => setKind(one.kind)}>{one.label()}</button>)}
      </div>
      <div class="panel-body"><List listed={listed} onMore={() => void load(listed.next)} onRetry={() => void load(null)} /></div>
    </Panel>
  );
}

function List({ listed, onMore, onRetry }: { listed: Listed; onMore: () => void; onRetry: () => void }): JSX.Element {
  const { status, items, next } = listed;
  if (status === "error") return <LoadError words={t("The files could not be loaded.")} onRetry={onRetry} />;
  if (status === "loading") return <p class="quiet empty" role="status">{t("Loading…")}</p>;
  if (items.length === 0) return <p class="quiet empty">{t("No files here yet. Drop one on the conversation, or paste a picture.")}</p>;
  const files = items.map((item) => item.file);
  return (
    <>
      <ul class="file-list" aria-label={t("Files")}>
        {items.map((item) => (
          <li key={item.file.id}>
            {item.file.thumbnail_url === null ? <span class="file-thumb"><Icon name="file" /></span> : <img class="file-thumb" src={item.file.thumbnail_url} alt="" loading="lazy" />}
            {isShown(item.file) ? (
              <button type="button" class="file-card-name" onClick={() => view(files, item.file)}><Words item={item} /></button>
            ) : (
              <a class="file-card-name" href={item.file.url} download={item.file.name}><Words item={item} /></a>
            )}
            <IconButton icon="reply" label={t("Show the message of {name}", { name: item.file.name })} onClick={() => navigate({ conversationId: item.conversation_id, at: item.seq, threadId: item.thread_id })} />
          </li>
        ))}
      </ul>
      {next !== null && <button type="button" class="button more" onClick={onMore}>{t("Show more")}</button>}
    </>
  );
}

function Words({ item }: { item: SharedFileView }): JSX.Element {
  return <><bdi>{item.file.name}</bdi><small>{t("{name}, {when}, {size}", { name: nameOf(item.author_id), when: shortWhen(item.created_at), size: fileSize(item.file.size_bytes) })}</small></>;
}
